/** USD per million tokens. */
export interface Prices {
  cacheHit: number;
  cacheMiss: number;
  output: number;
}

/** What the first message has to know of the model that reads it. */
export interface ModelProfile {
  seesImages: boolean;
  prices: Prices;
}
