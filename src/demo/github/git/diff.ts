import { git, gitFields } from './git.ts';

export interface FileDiff {
  filename: string;
  previous: string | null;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  sha: string;
  additions: number;
  deletions: number;
  /** From the first hunk's header on; null for binary files. */
  patch: string | null;
}

const words = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'changed' } as const;

/** The differences between two trees, file by file, as GitHub lists them. */
export async function diffFiles(directory: string, from: string, to: string): Promise<FileDiff[]> {
  const [raw, patches, counts] = await Promise.all([
    gitFields(directory, ['diff', '--raw', '-z', '-M', '--no-abbrev', from, to]),
    patchOf(directory, from, to),
    gitFields(directory, ['diff', '--numstat', '-z', '-M', from, to]),
  ]);
  const bodies = patches
    .split(/^diff --git .*\n/m)
    .slice(1)
    .map(hunksOf);
  const numbers = parseCounts(counts);
  return parseRaw(raw).map((file, at) => ({
    ...file,
    additions: numbers[at]?.additions ?? 0,
    deletions: numbers[at]?.deletions ?? 0,
    patch: bodies[at] ?? null,
  }));
}

export async function patchOf(directory: string, from: string, to: string): Promise<string> {
  return (await git(directory, ['diff', '--no-color', '-M', from, to])).output.toString('utf8');
}

function hunksOf(body: string): string | null {
  const at = body.search(/^@@ /m);
  return at < 0 ? null : body.slice(at).replace(/\n$/, '');
}

function parseRaw(fields: readonly string[]): Omit<FileDiff, 'additions' | 'deletions' | 'patch'>[] {
  const files: Omit<FileDiff, 'additions' | 'deletions' | 'patch'>[] = [];
  for (let at = 0; at < fields.length; ) {
    const [, , before = '', after = '', letter = ''] = (fields[at] ?? '').split(' ');
    const renamed = letter.startsWith('R');
    const paths = fields.slice(at + 1, at + (renamed ? 3 : 2));
    at += 1 + paths.length;
    files.push({
      filename: paths.at(-1) ?? '',
      previous: renamed ? (paths[0] ?? null) : null,
      status: words[letter.charAt(0) as keyof typeof words] ?? 'changed',
      sha: letter === 'D' ? before : after,
    });
  }
  return files;
}

/** `12<TAB>3<TAB>path`, or with a rename `12<TAB>3<TAB>` and two more fields. */
function parseCounts(fields: readonly string[]): { additions: number; deletions: number }[] {
  return fields
    .filter((field) => /^(\d+|-)\t(\d+|-)\t/.test(field))
    .map((field) => field.split('\t').map((part) => Number(part) || 0))
    .map(([additions = 0, deletions = 0]) => ({ additions, deletions }));
}

/** The part of a patch that ends with a line, as a review comment shows it; null when the line is not in it. */
export function hunkAt(patch: string, line: number, side: 'LEFT' | 'RIGHT'): string | null {
  let hunk: string[] = [];
  let left = 0;
  let right = 0;
  for (const text of patch.split('\n')) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text);
    if (header !== null) {
      [left, right, hunk] = [Number(header[1]), Number(header[2]), [text]];
      continue;
    }
    hunk.push(text);
    const here = side === 'LEFT' ? left : right;
    if (here === line && !text.startsWith(side === 'LEFT' ? '+' : '-') && !text.startsWith('\\'))
      return hunk.join('\n');
    if (!text.startsWith('+') && !text.startsWith('\\')) left += 1;
    if (!text.startsWith('-') && !text.startsWith('\\')) right += 1;
  }
  return null;
}
