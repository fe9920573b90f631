import type { Vocabulary, WordCounts } from './word-counts.ts';

/** How soon more of a word says no more, and how much a long text counts for less. */
const k1 = 1.5;
const b = 0.5;

/** How much each text is about these words, which have weights: Okapi BM25. */
export function bm25(
  texts: readonly WordCounts[],
  words: ReadonlyMap<string, number>,
  vocabulary: Vocabulary,
): number[] {
  const placeOf = new Int32Array(vocabulary.size()).fill(-1);
  const weights = [...words].flatMap(([word, weight]) => {
    const number = vocabulary.numberOf(word);
    return number === undefined ? [] : [{ number, weight }];
  });
  for (const [place, { number }] of weights.entries()) placeOf[number] = place;
  const hits = texts.map((text) => hitsIn(text, placeOf));
  const rarities = rarityOf(hits, weights.length);
  const mean = texts.reduce((sum, { length }) => sum + length, 0) / texts.length || 1;
  return hits.map((found, at) => {
    const norm = k1 * (1 - b + (b * (texts[at]?.length ?? 0)) / mean);
    let score = 0;
    for (const { place, count } of found) {
      const worth = (weights[place]?.weight ?? 0) * (rarities[place] ?? 0);
      score += (worth * count * (k1 + 1)) / (count + norm);
    }
    return score;
  });
}

interface Hit {
  place: number;
  count: number;
}

/** In the order of the words asked for: numbers depend on what was read first, and sums must not. */
function hitsIn({ numbers, counts }: WordCounts, placeOf: Int32Array): Hit[] {
  const found: Hit[] = [];
  for (let at = 0; at < numbers.length; at++) {
    const place = placeOf[numbers[at] ?? 0] ?? -1;
    if (place >= 0) found.push({ place, count: counts[at] ?? 0 });
  }
  return found.sort((one, other) => one.place - other.place);
}

function rarityOf(hits: readonly (readonly Hit[])[], words: number): Float64Array {
  const texts = new Float64Array(words);
  for (const found of hits) for (const { place } of found) texts[place] = (texts[place] ?? 0) + 1;
  return texts.map((count) => Math.log(1 + (hits.length - count + 0.5) / (count + 0.5)));
}
