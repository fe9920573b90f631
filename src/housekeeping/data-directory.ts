import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../sandbox/owner.ts';
import { lockDirectory } from '../store/database/lock.ts';

/** The data directory, in the hands of this process alone. */
export interface DataDirectory extends Disposable {
  path: string;
  /** For what is only needed for a moment; empty at each start. */
  scratch: string;
  owner: Owner;
}

/** Takes the data directory and clears away what earlier processes left of their scratch. Rejects with `directory_in_use`. */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  using opened = new DisposableStack();
  opened.use(await lockDirectory(path));
  const scratch = join(path, 'scratch');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  const owner = { directory: await nameOf(path), start: randomBytes(8).toString('hex') };
  const held = opened.move();
  return { path, scratch, owner, [Symbol.dispose]: () => held.dispose() };
}

/**
 * Names the directory wherever it is mounted. A copy of it, as from a backup, is not the same: it has another inode, and
 * what the original's process has under way must not look like something that it left.
 */
async function nameOf(path: string): Promise<string> {
  const file = join(path, 'id');
  await writeFile(file, randomBytes(16).toString('hex'), { flag: 'wx' }).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  });
  const [id, { ino }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
  return createHash('sha256').update(`${id} ${ino}`).digest('hex').slice(0, 16);
}
