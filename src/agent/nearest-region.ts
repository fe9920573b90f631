import { unspaced } from './loose-match.ts';

const leastSimilarity = 0.5;
const leastVotes = 0.5;
const mostPlaces = 200;
/** Characters, without white space, of a line that says as much as a line can: `else:` and `pass` say less. */
const tellingLength = 12;
/** Lines that a region may be out of step with the text it is like. */
const slack = 3;

/** The lines of a file that are most like a text: those that share most of its lines, else its most telling line. */
export function nearestRegion(
  lines: readonly string[],
  wanted: readonly string[],
): { first: number; last: number } | null {
  const start = startByLines(lines, wanted) ?? startByWords(lines, wanted);
  if (start === null) return null;
  const first = Math.max(0, Math.min(start, lines.length - 1));
  return { first, last: Math.min(lines.length - 1, Math.max(first, start + wanted.length - 1)) };
}

/** Each line that is in both votes for where the text would start; rare and long lines weigh more. */
function startByLines(lines: readonly string[], wanted: readonly string[]): number | null {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const key = unspaced(line);
    const known = places.get(key);
    if (known !== undefined) known.push(index);
    else if (key.length > 1) places.set(key, [index]);
  }
  const votes = new Map<number, number>();
  for (const [index, line] of wanted.entries()) {
    const key = unspaced(line);
    const found = places.get(key) ?? [];
    if (found.length > mostPlaces) continue; // says nothing, and would take its time
    const weight = Math.min(1, key.length / tellingLength) / found.length;
    for (const place of found) votes.set(place - index, (votes.get(place - index) ?? 0) + weight);
  }
  const around = (start: number) => {
    let sum = 0;
    for (let step = -slack; step <= slack; step++)
      sum += (votes.get(start + step) ?? 0) / (1 + Math.abs(step));
    return sum;
  };
  const start = best([...votes.keys()], around);
  return start === null || around(start) < leastVotes ? null : start;
}

/** Where the line that says most has its most similar one, by words. */
function startByWords(lines: readonly string[], wanted: readonly string[]): number | null {
  const telling = best([...wanted.keys()], (index) => wordsOf(wanted[index] ?? '').length);
  if (telling === null) return null;
  const sought = new Set(wordsOf(wanted[telling] ?? ''));
  if (sought.size < 2) return null;
  const similarity = lines.map((line) => overlap(sought, new Set(wordsOf(line))));
  const place = best([...lines.keys()], (index) => similarity[index] ?? 0);
  return place === null || (similarity[place] ?? 0) < leastSimilarity ? null : place - telling;
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (b.size === 0) return 0;
  return (2 * [...a].filter((word) => b.has(word)).length) / (a.size + b.size);
}

function wordsOf(line: string): string[] {
  return line.match(/\w+/g) ?? [];
}

/** The first of those with the highest score; null when there are none. */
function best(candidates: readonly number[], score: (candidate: number) => number): number | null {
  let found: { candidate: number; score: number } | null = null;
  for (const candidate of candidates) {
    const its = score(candidate);
    if (found === null || its > found.score) found = { candidate, score: its };
  }
  return found?.candidate ?? null;
}
