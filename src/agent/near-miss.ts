import { commonLines } from './common-lines.ts';
import { unspaced } from './loose-match.ts';
import { nearestRegion } from './nearest-region.ts';
import { numberedLines } from './numbered-lines.ts';

const shownPlaces = 5;
const namedPlaces = 50;
const shownDifferences = 12;
const shownLines = 60;

/** The answer when a text is there more than once: each place with the lines around it, to tell them apart. */
export function describeSeveral(
  text: string,
  places: readonly number[],
  height: number,
  path: string,
  looseness?: string,
): string {
  const lines = text.split('\n');
  const how = looseness === undefined ? '' : ` (with ${looseness}; it is not there verbatim)`;
  const shown = places.slice(0, shownPlaces).map((line) => {
    const last = line + height - 1;
    const isLong = height > 6;
    return [
      numbered(lines, line - 2, isLong ? line + 1 : last + 2),
      ...(isLong ? [numbered(lines, last, last + 2)] : []),
    ].join('\n   ...\n');
  });
  const listed = `${places.slice(0, namedPlaces).join(', ')}${places.length > namedPlaces ? ' and more' : ''}`;
  const more = places.length > shownPlaces ? ` The first ${shownPlaces} places:` : '';
  return `No replacement was performed. Multiple occurrences of old_str in lines ${listed} of ${path}${how}. Please ensure it is unique: take in lines around the one you mean.${more}\n\n${shown.join('\n\n')}`;
}

/** The answer when a text is not there: the lines nearest to it, and what differs. */
export function describeMiss(text: string, wanted: readonly string[], path: string): string {
  const lines = text.split('\n');
  const start = `No replacement was performed. old_str did not appear verbatim in ${path}.`;
  const nearest = nearestRegion(lines, wanted);
  if (nearest === null) {
    return `${start} Nothing like it is in the file, which has ${lines.length} lines: search for where the code is, e.g. with grep -n, and view it.`;
  }
  const { first, last } = nearest;
  const differences = describeDifferences(lines.slice(first, last + 1), wanted, first);
  const elision = wanted.some((line) => /^\s*(?:#|\/\/)?\s*\.\.\./.test(line))
    ? '\nold_str leaves lines out with "...": it must hold every line, or only a few that follow one another.'
    : '';
  const excerpt = numbered(lines, first + 1, Math.min(last + 1, first + shownLines));
  return `${start} The nearest lines are ${first + 1}-${last + 1}:\n${excerpt}\n\nWhat differs:\n${differences}${elision}\nCopy the lines exactly, white space included, without their numbers.`;
}

/** Line by line, what the file and the old text do not share. */
function describeDifferences(there: readonly string[], wanted: readonly string[], first: number): string {
  const kept = commonLines(there.map(trimReturn), wanted);
  const said: string[] = [];
  let [thereAt, wantedAt] = [0, 0];
  for (const [nextThere, nextWanted] of [...kept, [there.length, wanted.length] as const]) {
    const inFile = there.slice(thereAt, nextThere);
    const inOld = wanted.slice(wantedAt, nextWanted);
    for (let index = 0; index < Math.max(inFile.length, inOld.length); index++) {
      said.push(describeDifference(inFile[index], inOld[index], first + thereAt + index + 1));
    }
    [thereAt, wantedAt] = [nextThere + 1, nextWanted + 1];
  }
  const more = said.length > shownDifferences ? [`and ${said.length - shownDifferences} more`] : [];
  return [...said.slice(0, shownDifferences), ...more].join('\n');
}

function describeDifference(inFile: string | undefined, inOld: string | undefined, line: number): string {
  if (inFile === undefined) return `- only in old_str, before line ${line}: ${quote(inOld)}`;
  if (inOld === undefined) return `- only in the file, line ${line}: ${quote(inFile)}`;
  const only = unspaced(inFile) === unspaced(inOld) ? ' (white space only)' : '';
  return `- line ${line}${only}: the file has ${quote(inFile)}, old_str has ${quote(inOld)}`;
}

function quote(line = ''): string {
  return JSON.stringify(trimReturn(line).slice(0, 200));
}

function trimReturn(line: string): string {
  return line.replace(/\r$/, '');
}

function numbered(lines: readonly string[], first: number, last: number): string {
  const from = Math.max(1, first);
  return numberedLines(lines.slice(from - 1, last), from);
}
