import { isTestPath } from './test-paths.ts';

/** What a patch does, apart from how it is written down: where its lines stand, and white space, make no difference. */
export interface ChangedLines {
  /** Each added and removed line with its path; a line that comes twice is there twice, numbered. */
  lines: ReadonlySet<string>;
  /** How many lines the whole patch adds and removes. */
  size: number;
}

/** The lines of a patch as git prints it. Tests are left out, unless there is nothing else: everybody words them differently. */
export function changedLines(patch: string): ChangedLines {
  const all = linesOf(patch);
  const source = all.filter(({ path }) => !isTestPath(path));
  return { lines: numbered(source.length > 0 ? source : all), size: all.length };
}

/** How alike two changes are, 0 to 1: the share of all their lines that both have. */
export function likeness(one: ChangedLines, other: ChangedLines): number {
  const common = [...one.lines].filter((line) => other.lines.has(line)).length;
  const all = one.lines.size + other.lines.size - common;
  return all === 0 ? 1 : common / all;
}

interface Line {
  path: string;
  /** With its sign, or what git says of the file as a whole. */
  text: string;
}

/** Whatever changes a file other than line by line: its mode, its name, or bytes that are no text. */
const wholeFile = /^((old|new|deleted file|new file) mode|rename (from|to)|literal|delta) /;

function linesOf(patch: string): Line[] {
  const found: Line[] = [];
  let path = '';
  let left = 0; // of a hunk, counted in both versions
  let isBinary = false;
  for (const line of patch.split('\n')) {
    const isChanged = /^[+-]/.test(line);
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
    const text = line
      .replace(/\s+/g, ' ')
      .replace(/^([+-]) /, '$1')
      .trimEnd();
    if (left > 0) {
      if (!line.startsWith('\\')) left -= isChanged ? 1 : 2;
      if (isChanged && text.length > 1) found.push({ path, text });
    } else if (line.startsWith('diff --git ')) {
      path = line.slice(line.lastIndexOf(' b/') + ' b/'.length);
      isBinary = false;
    } else if (hunk !== null) left = Number(hunk[1] ?? 1) + Number(hunk[2] ?? 1);
    else if (isBinary || wholeFile.test(line)) found.push({ path, text });
    else isBinary = line === 'GIT binary patch';
  }
  return found;
}

function numbered(lines: readonly Line[]): Set<string> {
  const counts = new Map<string, number>();
  return new Set(
    lines.map(({ path, text }) => {
      const key = JSON.stringify([path, text]);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return `${key} ${count}`;
    }),
  );
}
