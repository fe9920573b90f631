import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '../../core/errors.ts';

/**
 * Keeps a directory for this process until disposed of. Two processes on one embedded database lose rows without an
 * error, and on one data directory they take each other's files for left over, so a second one is refused.
 *
 * The lock is the operating system's, on the file `lock`: it ends with the process however that ends, there is
 * nothing stale to take over, process ids do not matter, and it holds between containers that share the directory.
 * Node cannot lock files itself, so an empty SQLite database does. Nothing else may open `lock` in this process:
 * closing any handle on it would give the lock up (fcntl).
 */
export async function lockDirectory(directory: string): Promise<Disposable> {
  await mkdir(directory, { recursive: true });
  const file = new DatabaseSync(join(directory, 'lock'), { timeout: 0 });
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    if (!isBusy(error)) throw error;
    throw new OperationalError('directory_in_use', await whoHolds(directory), { cause: error });
  }
  await writeFile(ownerFile(directory), JSON.stringify(ownerNow()));
  return { [Symbol.dispose]: () => file.close() };
}

interface Owner {
  pid: number;
  host: string;
  since: string;
}

const ownerFile = (directory: string) => join(directory, 'lock.json');
const ownerNow = (): Owner => ({ pid: process.pid, host: hostname(), since: new Date().toISOString() });

const busy = 5;
const isBusy = (error: unknown) => error instanceof Error && 'errcode' in error && error.errcode === busy;

async function whoHolds(directory: string): Promise<string> {
  const owner = await readOwner(directory);
  const who =
    owner === null ? 'another process' : `process ${owner.pid} on ${owner.host} since ${owner.since}`;
  return (
    `The data in ${directory} is in use by ${who}. Two processes in one directory would lose data.\n` +
    'Stop that process, or give this one an AI_FIX_DATA_DIR of its own; what they share goes into a PostgreSQL server, by DATABASE_URL.'
  );
}

/** Who wrote the file last; a process that holds the lock may be about to write it. */
async function readOwner(directory: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(ownerFile(directory), 'utf8'));
  } catch {
    return null;
  }
}
