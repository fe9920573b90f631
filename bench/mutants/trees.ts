import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitFiles } from '../../src/workspace/commits.ts';
import { type GitDirectory, git, gitText } from '../../src/workspace/git.ts';

/** The tree that a commit becomes with these patches. */
export function applyPatches(
  directory: GitDirectory,
  base: string,
  patches: readonly Buffer[],
): Promise<string> {
  return withIndex(directory, base, async (env) => {
    for (const patch of patches.filter(({ length }) => length > 0))
      await git(directory, ['apply', '--cached', '--binary', '--whitespace=nowarn', '-'], {
        env,
        input: patch,
      });
  });
}

/** A tree with another text in one file. */
export function replaceText(
  directory: GitDirectory,
  tree: string,
  { path, text }: { path: string; text: string },
): Promise<string> {
  return withIndex(directory, tree, async (env) => {
    const blob = await gitText(directory, ['hash-object', '-w', '--stdin'], { input: text });
    const [mode = '100644'] = (await gitText(directory, ['ls-files', '--stage', '--', path], { env })).split(
      ' ',
    );
    await git(directory, ['update-index', '--cacheinfo', `${mode},${blob},${path}`], { env });
  });
}

/** What takes the base to a tree, for `git apply`. */
export function patchBetween(directory: GitDirectory, base: string, tree: string): Promise<Buffer> {
  return git(directory, ['diff-tree', '-r', '-p', '--binary', '--full-index', '--no-renames', base, tree]);
}

/** The texts of some files of a tree. */
export function textsOf(
  directory: GitDirectory,
  tree: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  return commitFiles(directory, tree).readAll(paths);
}

async function withIndex(
  directory: GitDirectory,
  tree: string,
  work: (env: Record<string, string>) => Promise<void>,
): Promise<string> {
  const scratch = await mkdtemp(join(directory.path, 'mutant-'));
  const env = { GIT_INDEX_FILE: join(scratch, 'index') };
  try {
    await git(directory, ['read-tree', tree], { env });
    await work(env);
    return await gitText(directory, ['write-tree'], { env });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
