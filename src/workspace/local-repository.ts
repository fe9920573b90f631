import { copyFile, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OperationalError } from '../core/errors.ts';
import { nulSeparated } from '../text/nul-separated.ts';
import { type GitDirectory, git, gitIn } from './git.ts';

/** A repository on this host, read but never written: its objects are borrowed by a git directory of ours. */
export interface LocalRepository extends AsyncDisposable {
  git: GitDirectory;
  /** Names the repository in cache keys: the real path of its git directory. */
  identity: string;
  /** Paths with uncommitted changes, which a run does not see. */
  uncommitted: string[];
  /** The commit that a revision names. Rejects with `unknown_revision` or `empty_repository`. */
  resolve(revision: string): Promise<string>;
}

/**
 * Opens the repository at a directory: a work tree or a bare repository.
 * `scratch` is where our git directory is made; it goes when the repository is disposed of.
 * Rejects with `not_a_repository`.
 */
export async function openLocalRepository(directory: string, scratch: string): Promise<LocalRepository> {
  const common = await findGitDirectory(directory);
  await mkdir(scratch, { recursive: true });
  const path = await mkdtemp(join(scratch, 'git-'));
  const format = await gitIn(directory, ['rev-parse', '--show-object-format']);
  const ours: GitDirectory = { path, objectFormat: format === 'sha256' ? 'sha256' : 'sha1' };
  await git(ours, ['init', '--quiet', '--bare', '--template=', `--object-format=${ours.objectFormat}`, path]);
  await writeFile(join(path, 'objects/info/alternates'), `${join(common, 'objects')}\n`).catch(async () => {
    await mkdir(join(path, 'objects/info'), { recursive: true });
    await writeFile(join(path, 'objects/info/alternates'), `${join(common, 'objects')}\n`);
  });
  await copyFile(join(common, 'shallow'), join(path, 'shallow')).catch(() => {}); // most clones are whole
  return {
    git: ours,
    identity: common,
    uncommitted: await uncommittedPaths(directory, ours),
    resolve: (revision) => resolveCommit(directory, revision),
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function findGitDirectory(directory: string): Promise<string> {
  const isDirectory = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory)
    throw new OperationalError(
      'not_a_repository',
      `There is no directory ${directory}: name the directory of a clone.`,
    );
  try {
    return resolve(
      directory,
      await gitIn(directory, ['rev-parse', '--path-format=absolute', '--git-common-dir']),
    );
  } catch (error) {
    throw new OperationalError(
      'not_a_repository',
      `${directory} is not in a git repository: name the directory of a clone.`,
      { cause: error },
    );
  }
}

async function resolveCommit(directory: string, revision: string): Promise<string> {
  try {
    return await gitIn(directory, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${revision}^{commit}`,
    ]);
  } catch (error) {
    const any = await gitIn(directory, ['rev-list', '--all', '--max-count=1']).catch(() => '');
    if (any === '') {
      throw new OperationalError(
        'empty_repository',
        `The repository at ${directory} has no commit yet: make a first one.`,
        {
          cause: error,
        },
      );
    }
    throw new OperationalError(
      'unknown_revision',
      `The repository at ${directory} has no commit ${JSON.stringify(revision)}: give a branch, tag or commit id that it has.`,
      { cause: error },
    );
  }
}

/**
 * Paths that differ from HEAD or are new. Asked with our git directory and a copy of the index: `git status` itself
 * would run filters and monitors that the repository's configuration names.
 */
async function uncommittedPaths(directory: string, ours: GitDirectory): Promise<string[]> {
  if ((await gitIn(directory, ['rev-parse', '--is-inside-work-tree'])) !== 'true') return [];
  const root = await gitIn(directory, ['rev-parse', '--path-format=absolute', '--show-toplevel']);
  const index = await gitIn(directory, ['rev-parse', '--path-format=absolute', '--git-path', 'index']);
  const head = await gitIn(directory, ['rev-parse', '--verify', '--quiet', 'HEAD']).catch(() => null);
  const copy = join(ours.path, 'their-index');
  if (head === null || !(await copyWithTime(index, copy))) return [];
  const ask = async (args: readonly string[]) => {
    const output = await git(ours, [`--work-tree=${root}`, ...args], { env: { GIT_INDEX_FILE: copy } });
    return nulSeparated(output);
  };
  const changed = await ask(['diff-index', '--name-only', '-z', '--ignore-submodules=all', head]);
  const added = await ask(['ls-files', '-z', '--others', '--exclude-standard', '--directory']);
  return [...new Set([...changed, ...added])].sort();
}

/** Git compares files with the time of their index, so the copy must have it too. False when there is no index. */
async function copyWithTime(from: string, to: string): Promise<boolean> {
  try {
    const { atime, mtime } = await stat(from);
    await copyFile(from, to);
    await utimes(to, atime, mtime);
    return true;
  } catch {
    return false;
  }
}
