import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Changes, FileChange } from '../core/changes.ts';
import { readBlobs } from './commits.ts';
import { type GitDirectory, git, gitText } from './git.ts';
import { makeScratch } from './scratch.ts';

/** The changes that a patch, as `printPatch` prints it, makes to a commit. Rejects with `git_failed` when it does not apply. */
export async function readPatch(directory: GitDirectory, base: string, patch: string): Promise<Changes> {
  const entries = await entriesOf(directory, base, await applyTo(directory, base, patch));
  const blobs = await readBlobs(
    directory,
    entries.filter(({ status }) => status !== 'D').map(({ id }) => id),
  );
  return new Map(entries.map((entry) => [entry.path, changeOf(entry, blobs.get(entry.id))]));
}

/** The id of the tree with the patch. */
async function applyTo(directory: GitDirectory, base: string, patch: string): Promise<string> {
  const scratch = await makeScratch(directory);
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    await git(directory, ['read-tree', '--end-of-options', base], { env });
    const apply = ['apply', '--cached', '--binary', '--whitespace=nowarn', '-'];
    await git(directory, apply, { env, input: patch });
    return await gitText(directory, ['write-tree', '--missing-ok'], { env });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Entry {
  mode: string;
  id: string;
  status: string;
  path: string;
}

async function entriesOf(directory: GitDirectory, base: string, tree: string): Promise<Entry[]> {
  const options = ['-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--end-of-options'];
  const output = await git(directory, ['diff-tree', ...options, base, tree]);
  const fields = output.toString('utf8').split('\0');
  return fields.flatMap((field, index) => {
    if (index % 2 === 1 || field === '') return [];
    const [, mode = '', , id = '', status = ''] = field.split(' ');
    return [{ mode, id, status, path: fields[index + 1] ?? '' }];
  });
}

function changeOf({ mode, status, path }: Entry, bytes: Buffer | undefined): FileChange {
  if (status === 'D') return { kind: 'deleted' };
  if (bytes === undefined) throw new Error(`there is no content for ${path}`);
  if (mode === '120000') return { kind: 'link', target: bytes.toString('utf8') };
  return { kind: 'file', executable: mode === '100755', bytes };
}
