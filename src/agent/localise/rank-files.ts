import { bm25 } from './bm25.ts';
import type { FileRecord } from './file-index.ts';
import { mentionScores } from './mention-scores.ts';
import { mentionsIn } from './mentions.ts';
import { isBeside } from './source-files.ts';
import type { Vocabulary } from './word-counts.ts';
import { wordsOf } from './words.ts';

/** What each sign counts, where the file that has most of it counts 1. */
const weights = { whole: 1, part: 1, definitionWords: 0.4, path: 0.5, definitions: 0.6, mentions: 1 };
const titleWeight = 3;
const directoryWeight = 0.5;
const besideShare = 0.6;

export interface Issue {
  title: string;
  body: string;
}

/**
 * The paths of all files, the one that an issue is most likely about first; equals in the order of their paths. From the
 * issue's text alone, and always the same.
 */
export function rankFiles(
  issue: Issue,
  records: ReadonlyMap<string, FileRecord>,
  vocabulary: Vocabulary,
): string[] {
  const files = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  const paths = files.map(([path]) => path);
  const known = files.map(([, record]) => record);
  const words = queryWords(issue);
  const mentions = mentionsIn(`${issue.title}\n${issue.body}`);
  const signs: Record<keyof typeof weights, number[]> = {
    whole: bm25(known.map(({ whole }) => whole), words, vocabulary), // biome-ignore format: one a line
    part: bestParts(known, words, vocabulary),
    definitionWords: bm25(known.map(({ definitionWords }) => definitionWords), words, vocabulary), // biome-ignore format: one a line
    path: pathScores(paths, words),
    definitions: definitionScores(known, mentions.names, issue.title),
    mentions: mentionScores(paths, mentions),
  };
  const scores = sumOf(signs, paths);
  return paths
    .map((path, at) => ({ path, score: scores[at] ?? 0 }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path);
}

function sumOf(signs: Record<keyof typeof weights, number[]>, paths: readonly string[]): number[] {
  const sums = paths.map(() => 0);
  for (const [name, scores] of Object.entries(signs)) {
    const highest = scores.reduce((most, score) => Math.max(most, score), 0) || 1;
    for (const [at, score] of scores.entries()) {
      sums[at] = (sums[at] ?? 0) + weights[name as keyof typeof weights] * (score / highest);
    }
  }
  return sums.map((sum, at) => (isBeside(paths[at] ?? '') ? sum * besideShare : sum));
}

/** Each word of the issue with its weight: that of the title weighs more, a repeated one a little more. */
function queryWords({ title, body }: Issue): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(body)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const words = new Map([...counts].map(([word, count]) => [word, 1 + Math.log(count)]));
  for (const word of new Set(wordsOf(title))) words.set(word, (words.get(word) ?? 0) + titleWeight);
  return words;
}

/** Of each file the score of its best part, among the parts of all files. */
function bestParts(
  records: readonly FileRecord[],
  words: ReadonlyMap<string, number>,
  vocabulary: Vocabulary,
): number[] {
  const scores = bm25(records.flatMap(({ parts }) => parts), words, vocabulary); // biome-ignore format: short
  let next = 0;
  return records.map(({ parts }) => {
    const own = scores.slice(next, next + parts.length);
    next += parts.length;
    return Math.max(0, ...own);
  });
}

/** Words of the issue that a path has, in the file's own name before its directories; the rarer the more. */
function pathScores(paths: readonly string[], words: ReadonlyMap<string, number>): number[] {
  const names = paths.map((path) => {
    const steps = path.replace(/\.\w+$/, '').split('/');
    return {
      own: new Set(wordsOf(steps.at(-1) ?? '')),
      above: new Set(wordsOf(steps.slice(0, -1).join(' '))),
    };
  });
  const frequencies = new Map<string, number>();
  for (const { own, above } of names) {
    for (const word of own.union(above)) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  }
  const worth = (word: string) =>
    (words.get(word) ?? 0) * Math.log(1 + paths.length / (frequencies.get(word) ?? 1));
  const sum = (some: ReadonlySet<string>) => [...some].reduce((total, word) => total + worth(word), 0);
  return names.map(({ own, above }) => sum(own) + directoryWeight * sum(above));
}

/** Names in the issue that a file introduces; what many files introduce says little. */
function definitionScores(
  records: readonly FileRecord[],
  names: ReadonlyMap<string, number>,
  title: string,
): number[] {
  const defined = records.map(({ definitions }) => definitions.filter((name) => names.has(name)));
  const frequencies = new Map<string, number>();
  for (const name of defined.flat()) frequencies.set(name, (frequencies.get(name) ?? 0) + 1);
  const worth = (name: string) => {
    const frequency = frequencies.get(name) ?? 1;
    const rarity = Math.log(1 + records.length / frequency) / Math.sqrt(frequency);
    return (title.includes(name) ? 2 : 1) * (names.get(name) ?? 0) * rarity;
  };
  return defined.map((some) => some.reduce((sum, name) => sum + worth(name), 0));
}
