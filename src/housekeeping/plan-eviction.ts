/** Something that was made once and can be made again, at a price. */
export interface Cached {
  bytes: number;
  usedAt: Date;
}

export interface CacheLimits {
  /** What nobody used for this long goes. */
  days: number;
  /** More than this all of it together may not take. */
  bytes: number;
  /** What was used within it may be in use. */
  restMs?: number;
}

/** As long as a run may last, and more. */
const longestRunMs = 3 * 3_600_000;
const dayMs = 24 * 3_600_000;

/** What has to go: everything too old, then the least recently used until the rest fits. Nothing that was used just now. */
export function planEviction<Item extends Cached>(
  cached: readonly Item[],
  { days, bytes, restMs = longestRunMs }: CacheLimits,
  now: Date,
): Item[] {
  const ageOf = ({ usedAt }: Cached) => now.getTime() - usedAt.getTime();
  const oldestFirst = [...cached].sort((a, b) => ageOf(b) - ageOf(a));
  let total = cached.reduce((sum, item) => sum + item.bytes, 0);
  return oldestFirst.filter((item) => {
    const mustGo = ageOf(item) > days * dayMs || total > bytes;
    if (!mustGo || ageOf(item) < restMs) return false;
    total -= item.bytes;
    return true;
  });
}
