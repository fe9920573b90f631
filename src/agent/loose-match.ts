import { byShift, indentOf } from './indentation.ts';
import { runsOf } from './runs-of.ts';

/** Lines of a file, `end` excluded, that a text stands for; `pairs` joins the text's lines to the file's, by index. */
export interface Region {
  start: number;
  end: number;
  pairs: readonly [wanted: number, found: number][];
}

/** What was overlooked: white space at line ends, one shift of all lines, or any white space and empty lines. */
export type Looseness = 'line ends' | 'shifted' | 'spaced';

export interface LooseMatch {
  regions: Region[];
  looseness: Looseness;
}

/** Finds lines where they are not verbatim: all regions of the strictest way that finds any. */
export function matchLoosely(lines: readonly string[], wanted: readonly string[]): LooseMatch | null {
  const content = wanted.flatMap((line, index) => (line.trim() === '' ? [] : [index]));
  if (content.length === 0) return null;
  for (const { looseness, match } of ways) {
    const regions = match(lines, wanted, content);
    if (regions.length > 0) return { regions, looseness };
  }
  return null;
}

type Match = (lines: readonly string[], wanted: readonly string[], content: readonly number[]) => Region[];

const ways: { looseness: Looseness; match: Match }[] = [
  {
    looseness: 'line ends',
    match: (lines, wanted) => sameLines(lines, wanted, (line) => line.trimEnd()),
  },
  {
    looseness: 'shifted',
    match: (lines, wanted) =>
      sameLines(lines, wanted, (line) => line.trim()).filter((region) => isShifted(lines, wanted, region)),
  },
  { looseness: 'spaced', match: sameContent },
];

/** Regions whose lines are those wanted, one for one, as `normalize` sees them. */
function sameLines(
  lines: readonly string[],
  wanted: readonly string[],
  normalize: (line: string) => string,
): Region[] {
  return runsOf(wanted.map(normalize), lines.map(normalize)).map((start) => ({
    start,
    end: start + wanted.length,
    pairs: wanted.map((_, index): [number, number] => [index, start + index]),
  }));
}

/** Regions whose lines with content are those wanted, however spaced. */
function sameContent(
  lines: readonly string[],
  wanted: readonly string[],
  content: readonly number[],
): Region[] {
  const there = lines.flatMap((line, index) => (line.trim() === '' ? [] : [index]));
  const starts = runsOf(
    content.map((index) => unspaced(wanted[index] ?? '')),
    there.map((index) => unspaced(lines[index] ?? '')),
  );
  return starts.map((start) => {
    const found = there.slice(start, start + content.length);
    return {
      start: found[0] ?? 0,
      end: (found.at(-1) ?? 0) + 1,
      pairs: found.map((index, position): [number, number] => [content[position] ?? 0, index]),
    };
  });
}

function isShifted(lines: readonly string[], wanted: readonly string[], { pairs }: Region): boolean {
  const indents = pairs.flatMap(([from, to]) => {
    const line = wanted[from] ?? '';
    return line.trim() === '' ? [] : [[indentOf(line), indentOf(lines[to] ?? '')] as const];
  });
  return byShift(indents) !== null;
}

export function unspaced(line: string): string {
  return line.replace(/\s+/g, '');
}
