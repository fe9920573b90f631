/** Flags of a benchmark. */
export interface BenchOptions {
  get(name: string): string | undefined;
  /** Exits with a message when the flag is not given. */
  need(name: string): string;
}
