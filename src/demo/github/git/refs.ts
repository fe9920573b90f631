import { git, gitFields, gitText, resolve } from './git.ts';

export interface Ref {
  ref: string;
  sha: string;
  type: string;
}

export async function listRefs(directory: string, prefix: string): Promise<Ref[]> {
  const lines = await gitText(directory, ['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)']);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map(([sha = '', type = '', ref = '']) => ({ ref, sha, type }))
    .filter(({ ref }) => ref.startsWith(prefix));
}

export async function readRef(directory: string, ref: string): Promise<Ref | null> {
  return (await listRefs(directory, ref)).find((found) => found.ref === ref) ?? null;
}

/** Sets or, with null, deletes a ref. */
export async function writeRef(directory: string, ref: string, sha: string | null): Promise<void> {
  await git(directory, sha === null ? ['update-ref', '-d', ref] : ['update-ref', ref, sha]);
}

export async function isRefName(ref: string): Promise<boolean> {
  const { code } = await git('/nonexistent', ['check-ref-format', ref], { answers: [1] });
  return code === 0;
}

export async function isAncestor(directory: string, older: string, newer: string): Promise<boolean> {
  const { code } = await git(directory, ['merge-base', '--is-ancestor', older, newer], { answers: [1, 128] });
  return code === 0;
}

export async function mergeBase(directory: string, one: string, other: string): Promise<string | null> {
  const { code, output } = await git(directory, ['merge-base', one, other], { answers: [1] });
  return code === 0 ? output.toString('utf8').trim() : null;
}

/** Commits that `newer` has and none of `older` has, the oldest first. */
export async function commitsSince(
  directory: string,
  newer: string,
  older: readonly string[],
): Promise<string[]> {
  const lines = await gitText(directory, [
    'rev-list',
    '--topo-order',
    '--reverse',
    newer,
    ...older.map((sha) => `^${sha}`),
  ]);
  return lines === '' ? [] : lines.split('\n');
}

/** The tree of a three-way merge, or null where it conflicts. */
export async function mergeTrees(directory: string, base: string, head: string): Promise<string | null> {
  const { code, output } = await git(directory, ['merge-tree', '--write-tree', '--name-only', base, head], {
    answers: [1],
  });
  return code === 0 ? (output.toString('utf8').split('\n')[0] ?? null) : null;
}

/** The workflow files of a commit as one value that can be compared. */
export async function workflowsOf(directory: string, commit: string): Promise<string | null> {
  return resolve(directory, `${commit}:.github/workflows`);
}

/** What a commit added, removed and modified against its first parent. */
export async function changedPaths(directory: string, commit: string) {
  const fields = await gitFields(directory, [
    'diff-tree',
    '-r',
    '-z',
    '--root',
    '--no-commit-id',
    '--no-renames',
    '--name-status',
    commit,
  ]);
  const changes = fields.flatMap((status, at) =>
    at % 2 === 0 ? [{ status, path: fields[at + 1] ?? '' }] : [],
  );
  const paths = (letters: string) =>
    changes.filter(({ status }) => letters.includes(status)).map(({ path }) => path);
  return { added: paths('A'), removed: paths('D'), modified: paths('MT') };
}
