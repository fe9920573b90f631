import { isUtf8 } from 'node:buffer';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Changes, FileChange } from '../core/changes.ts';
import { nulSeparated } from '../text/nul-separated.ts';
import { type GitDirectory, git, gitText } from './git.ts';
import { makeScratch } from './scratch.ts';

const argumentsAtOnce = 100;

/** Writes the tree that the base becomes with these changes, blobs included, and returns its id. Rejects what `git fsck --strict` would. */
export async function writeTree(directory: GitDirectory, base: string, changes: Changes): Promise<string> {
  const scratch = await makeScratch(directory);
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    await git(directory, ['read-tree', '--end-of-options', base], { env });
    const ids = await writeBlobs(directory, changes, scratch);
    await updateIndex(directory, changes, ids, env);
    const tree = await gitText(directory, ['write-tree', '--missing-ok'], { env });
    await checkStrictly(directory, base, tree);
    return tree;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Checks the objects that are new as `git fsck --strict` would, without walking those of the base again. */
async function checkStrictly(directory: GitDirectory, base: string, tree: string): Promise<void> {
  const input = `${tree}\n^${base}\n`;
  const pack = await git(
    directory,
    ['pack-objects', '--revs', '--stdout', '--quiet', '--missing=allow-any'],
    { input },
  );
  await git(directory, ['index-pack', '--fsck-objects', '--stdin'], { input: pack });
}

/** The blob id of every changed file and link: bytes as they are, no filter. */
export async function writeBlobs(
  directory: GitDirectory,
  changes: Changes,
  scratch: string,
): Promise<Map<string, string>> {
  const contents = [...changes].flatMap(([path, change]) => {
    const bytes = contentOf(change);
    return bytes === null ? [] : [{ path, bytes }];
  });
  if (contents.length === 0) return new Map();
  await mkdir(join(scratch, 'blobs'), { recursive: true });
  const files = contents.map((_, index) => join(scratch, 'blobs', String(index)));
  await Promise.all(contents.map(({ bytes }, index) => writeFile(files[index] as string, bytes)));
  const output = await gitText(directory, ['hash-object', '-w', '--no-filters', '--stdin-paths'], {
    input: `${files.join('\n')}\n`,
  });
  const ids = output.split('\n');
  return new Map(contents.map(({ path }, index) => [path, ids[index] as string]));
}

function contentOf(change: FileChange): Buffer | null {
  if (change.kind === 'file') return change.bytes;
  return change.kind === 'link' ? Buffer.from(change.target) : null;
}

/**
 * Puts the changes into the index. Removals come first: a file may become a directory. Additions are given as
 * arguments, because git refuses a bad path there and drops it without an error where it reads a list.
 */
async function updateIndex(
  directory: GitDirectory,
  changes: Changes,
  ids: ReadonlyMap<string, string>,
  env: Record<string, string>,
): Promise<void> {
  const none = '0'.repeat(directory.objectFormat === 'sha256' ? 64 : 40);
  const removals = [...changes.keys()].map((path) => `0 ${none}\t${path}\0`).join('');
  await git(directory, ['update-index', '-z', '--index-info'], { env, input: removals });
  const additions = [...changes].flatMap(([path, change]) => {
    if (change.kind === 'deleted') return [];
    const mode = change.kind === 'link' ? '120000' : change.executable ? '100755' : '100644';
    return [['--cacheinfo', `${mode},${ids.get(path)},${path}`]];
  });
  for (let at = 0; at < additions.length; at += argumentsAtOnce) {
    await git(directory, ['update-index', '--add', ...additions.slice(at, at + argumentsAtOnce).flat()], {
      env,
    });
  }
}

/** The change as a patch that `git apply` takes byte for byte. It is valid UTF-8: files in other encodings are given as binary. */
export async function printPatch(
  directory: GitDirectory,
  base: string,
  changes: Changes,
  tree: string,
): Promise<string> {
  const plain = await diff(directory, base, tree);
  if (isUtf8(plain)) return plain.toString('utf8');
  const scratch = await makeScratch(directory);
  try {
    const attributes = join(scratch, 'attributes');
    await writeFile(
      attributes,
      [...changes.keys()].map((path) => `${attributePattern(path)} -diff\n`).join(''),
    );
    return (await diff(directory, base, tree, ['-c', `core.attributesFile=${attributes}`])).toString('utf8');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What differs between two commits, for reading: binary files are only named. */
export async function showDiff(directory: GitDirectory, from: string, to: string): Promise<string> {
  const options = ['-r', '-p', '--find-renames', '--no-ext-diff', '--no-textconv', '--no-color'];
  return gitText(directory, ['diff-tree', ...options, '--end-of-options', from, to]);
}

function attributePattern(path: string): string {
  const literal = path.replace(/[\\*?[\]]/g, '\\$&');
  return JSON.stringify(`/${literal}`);
}

async function diff(
  directory: GitDirectory,
  base: string,
  tree: string,
  config: string[] = [],
): Promise<Buffer> {
  return git(directory, [
    ...config,
    ...[
      'diff-tree',
      '-r',
      '-p',
      '--binary',
      '--full-index',
      '--find-renames',
      '--no-ext-diff',
      '--no-textconv',
    ],
    ...['--no-color', '--src-prefix=a/', '--dst-prefix=b/', '--end-of-options', base, tree],
  ]);
}

export interface LineCount {
  path: string;
  /** Null for binary files. */
  added: number | null;
  deleted: number | null;
}

/** Added and deleted lines per changed path, renames not followed. */
export async function countLines(directory: GitDirectory, base: string, tree: string): Promise<LineCount[]> {
  const output = await git(directory, [
    'diff-tree',
    '-r',
    '-z',
    '--numstat',
    '--no-renames',
    '--end-of-options',
    base,
    tree,
  ]);
  return nulSeparated(output).map((line) => {
    const [added, deleted, ...path] = line.split('\t') as [string, string, ...string[]];
    const number = (text: string) => (text === '-' ? null : Number(text));
    return { path: path.join('\t'), added: number(added), deleted: number(deleted) };
  });
}
