import { identifiersIn, wordsOfIdentifier } from './words.ts';

/** How often each word is in a text. Words are numbers of a vocabulary. */
export interface WordCounts {
  numbers: Uint32Array;
  counts: Uint16Array;
  /** All words, repeated ones counted as often. */
  length: number;
}

export interface Vocabulary {
  size(): number;
  numberOf(word: string): number | undefined;
}

/** Counts the words of texts with one vocabulary that grows. */
export function wordCounter(): { vocabulary: Vocabulary; count: (text: string) => WordCounts } {
  const known = new Map<string, number>();
  const read = new Map<string, number[]>(); // an identifier is taken apart once
  const numberOf = (word: string) => {
    const number = known.get(word) ?? known.size;
    if (number === known.size) known.set(word, number);
    return number;
  };
  const numbersOf = (identifier: string) => {
    const numbers = read.get(identifier) ?? wordsOfIdentifier(identifier).map(numberOf);
    read.set(identifier, numbers);
    return numbers;
  };
  return {
    vocabulary: { size: () => known.size, numberOf: (word) => known.get(word) },
    count(text) {
      const counts = new Map<number, number>();
      for (const identifier of identifiersIn(text)) {
        for (const number of numbersOf(identifier)) counts.set(number, (counts.get(number) ?? 0) + 1);
      }
      return pack(counts);
    },
  };
}

/** The counts of several texts together. */
export function joinCounts(texts: readonly WordCounts[]): WordCounts {
  const counts = new Map<number, number>();
  for (const text of texts) {
    for (const [at, number] of text.numbers.entries()) {
      counts.set(number, (counts.get(number) ?? 0) + (text.counts[at] ?? 0));
    }
  }
  return pack(counts);
}

function pack(counts: ReadonlyMap<number, number>): WordCounts {
  let length = 0;
  for (const count of counts.values()) length += count;
  return {
    numbers: Uint32Array.from(counts.keys()),
    counts: Uint16Array.from(counts.values(), (count) => Math.min(count, 65_535)),
    length,
  };
}
