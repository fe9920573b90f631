import type { SourceTest } from './reading/tests.ts';
import { similarity } from './reading/words.ts';

/** A former test and what became of it. */
export interface Pair {
  /** Null when the test is new. */
  before: SourceTest | null;
  /** Null when it is gone. */
  after: SourceTest | null;
}

const enough = 0.55;
/** A test in the place of another may differ from it more. */
const forTheSamePlace = 0.2;
const forAnotherPlace = -0.15;

/** Finds each former test again: by its title, else as the test that is most like it. */
export function pairTests(before: readonly SourceTest[], after: readonly SourceTest[]): Pair[] {
  const pairs: Pair[] = [];
  const left = { before: new Set(before), after: new Set(after) };
  const join = (old: SourceTest, now: SourceTest) => {
    pairs.push({ before: old, after: now });
    left.before.delete(old);
    left.after.delete(now);
  };
  const joinSame = (keyOf: (test: SourceTest) => string) => {
    const byKey = Map.groupBy(left.after, keyOf);
    for (const old of left.before) {
      const now = byKey.get(keyOf(old))?.shift();
      if (now !== undefined) join(old, now);
    }
  };
  joinSame(({ path, title, words }) => JSON.stringify([path, title, words]));
  joinSame(({ path, title }) => JSON.stringify([path, title]));
  joinSame(({ path, title, words }) => JSON.stringify([title ?? path, words]));
  joinSame(({ path, title }) => title ?? path);
  const places = new Map([...placesOf(before, pairs), ...placesOf(after, pairs)]);
  const candidates = [...left.before].flatMap((old) =>
    [...left.after]
      .filter((now) => (old.title === null) === (now.title === null))
      .map((now) => ({ old, now, score: likeness(old, now, places.get(old) === places.get(now)) })),
  );
  for (const { old, now, score } of candidates.sort((a, b) => b.score - a.score)) {
    if (score >= enough && left.before.has(old) && left.after.has(now)) join(old, now);
  }
  for (const old of left.before) pairs.push({ before: old, after: null });
  for (const now of left.after) pairs.push({ before: null, after: now });
  return pairs;
}

function likeness(old: SourceTest, now: SourceTest, isSamePlace: boolean): number {
  const titles = similarity(titleWords(old), titleWords(now));
  return (
    Math.max(similarity(old.words, now.words), titles) + (isSamePlace ? forTheSamePlace : forAnotherPlace)
  );
}

function titleWords({ title }: SourceTest): string[] {
  return title?.match(/\w+/g) ?? [];
}

/** Where each test stands: after which pair. */
function placesOf(tests: readonly SourceTest[], pairs: readonly Pair[]): Map<SourceTest, Pair | string> {
  const pairOf = new Map(
    pairs.flatMap((pair) => [[pair.before, pair] as const, [pair.after, pair] as const]),
  );
  const places = new Map<SourceTest, Pair | string>();
  let place: Pair | string | undefined;
  for (const test of tests) {
    places.set(test, place ?? test.path);
    place = test.title === null ? undefined : (pairOf.get(test) ?? place);
  }
  return places;
}
