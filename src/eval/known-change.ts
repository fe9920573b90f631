import { OperationalError } from '../core/errors.ts';
import { type GitDirectory, git } from '../workspace/git.ts';
import type { Instance } from './instance.ts';

/** An instance's true fix, each half as a patch; '' where there is none. Bytes, for files may be in any encoding. */
export interface KnownChange {
  source: Buffer;
  tests: Buffer;
}

/** Reads the known fix of an instance: the patches that it holds, or what its fix commit says of its files. */
export async function readKnownChange(
  directory: GitDirectory,
  { base_commit, fix_commit, patch, test_patch, source_files, test_files }: Instance,
): Promise<KnownChange> {
  const diff = (paths: readonly string[]) => diffOf(directory, base_commit, fix_commit ?? null, paths);
  // a file that is both cannot be shown to an agent as its own and hidden from it at once
  const hidden = test_files.filter((path) => !source_files.includes(path));
  return {
    source: patch === '' ? await diff(source_files) : textOf(patch),
    tests: test_patch === '' ? await diff(hidden) : textOf(test_patch),
  };
}

/** Patches in data sets have at times lost their last line end, which git needs. */
function textOf(patch: string): Buffer {
  return Buffer.from(patch.endsWith('\n') ? patch : `${patch}\n`);
}

async function diffOf(
  directory: GitDirectory,
  base: string,
  fix: string | null,
  paths: readonly string[],
): Promise<Buffer> {
  if (fix === null || paths.length === 0) return Buffer.alloc(0);
  const form = ['-r', '-p', '--binary', '--full-index', '--no-renames', '--no-ext-diff', '--no-textconv'];
  try {
    return await git(directory, ['diff-tree', ...form, '--no-color', base, fix, '--', ...paths]);
  } catch (error) {
    throw new OperationalError('unknown_revision', `The repository does not have the fix ${fix}.`, {
      cause: error,
    });
  }
}
