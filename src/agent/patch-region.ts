import { commonLines } from './common-lines.ts';
import { indentOf, reindentation } from './indentation.ts';
import type { Region } from './loose-match.ts';

/**
 * What a region becomes when the change from `old` to `put` is made there: lines that the change keeps stay as the file
 * has them, new ones are indented and ended as the file's are. Null when the file does not tell how to indent them.
 */
export function patchRegion(
  lines: readonly string[],
  region: Region,
  old: readonly string[],
  put: readonly string[],
): string[] | null {
  const added = reindented(lines, region, old, put);
  const there = linesOfEach(lines, region, old.length);
  const kept = commonLines(old.map(withoutEnd), put.map(withoutEnd));
  const patched: string[] = [];
  let [oldAt, putAt] = [0, 0];
  for (const [nextOld, nextPut] of [...kept, [old.length, put.length] as const]) {
    const between = added.slice(putAt, nextPut);
    if (between.includes(null)) return null;
    patched.push(...between.flatMap((line) => line ?? []));
    if (nextOld > oldAt && nextOld < old.length) patched.push(...(there[nextOld - 1]?.blank ?? []));
    patched.push(...(there[nextOld]?.lines ?? []), ...(there[nextOld]?.blank ?? []));
    [oldAt, putAt] = [nextOld + 1, nextPut + 1];
  }
  return withEnds(patched, lines, region);
}

/** The new lines with the file's indentation; null for each that has one which the file does not tell. */
function reindented(
  lines: readonly string[],
  { pairs }: Region,
  old: readonly string[],
  put: readonly string[],
): (string | null)[] {
  const indents = pairs.flatMap(([from, to]) =>
    old[from]?.trim() === '' ? [] : [[indentOf(old[from] ?? ''), indentOf(lines[to] ?? '')] as const],
  );
  const reindent = reindentation(indents);
  return put.map((line) => {
    if (line.trim() === '') return line;
    const indent = reindent?.(indentOf(line)) ?? null;
    return indent === null ? null : indent + line.trimStart();
  });
}

interface Owned {
  lines: string[];
  /** Empty lines that the file has after it and the old text has not. */
  blank: string[];
}

/** The lines of the file that each line of the old text stands for. */
function linesOfEach(lines: readonly string[], { pairs }: Region, count: number): Owned[] {
  const found = new Map(pairs);
  const owned: Owned[] = [];
  let next = pairs[0]?.[1] ?? 0;
  for (let index = 0; index < count; index++) {
    const at = found.get(index);
    const isBlankThere =
      at === undefined && owned.some((own) => own.lines.length > 0) && lines[next]?.trim() === '';
    const own: Owned = { lines: [], blank: [] };
    const before = owned.at(-1);
    while (at !== undefined && next < at) before?.blank.push(lines[next++] ?? '');
    if (at !== undefined || (isBlankThere && next < (pairs.at(-1)?.[1] ?? 0)))
      own.lines.push(lines[next++] ?? '');
    owned.push(own);
  }
  return owned;
}

function withEnds(patched: readonly string[], lines: readonly string[], region: Region): string[] {
  const isWindows =
    (lines[region.start] ?? '').endsWith('\r') || (lines[region.start - 1] ?? '').endsWith('\r');
  if (!isWindows) return [...patched];
  const isOpen = region.end === lines.length; // the file's last line, which has no end
  return patched.map((line, index) =>
    isOpen && index === patched.length - 1 ? line.replace(/\r$/, '') : line.replace(/\r?$/, '\r'),
  );
}

function withoutEnd(line: string): string {
  return line.trimEnd();
}
