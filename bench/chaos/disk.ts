import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { startLoad } from '../support/load.ts';
import { say } from '../support/say.ts';
import { startSingle, warmUpSingle } from '../support/single.ts';
import { tally } from '../support/tally.ts';
import type { Ordeal } from './ordeal.ts';

/** More than a worker wants to see free before it takes a run. */
const size = '3g';
const fullMs = 15_000;

/** The file system of the data directory is full for a while, in mid run. */
export async function fillDisk(runs: number): Promise<Ordeal> {
  if (process.getuid?.() !== 0) throw new Error('this benchmark mounts a small file system: run it as root');
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-disk-'));
  await execa('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'ai-fix-disk', directory]);
  try {
    await using load = await startLoad(['acme', 'globex'], 1);
    await using single = await startSingle(load, { name: 'disk', dataDirectory: join(directory, 'data') });
    await warmUpSingle(load, single);
    const [judgements] = await Promise.all([single.work(runs), fillAndFree(join(directory, 'ballast'))]);
    const { app, residue } = single.member;
    return { ...tally(judgements), deaths: app.deaths.length, residue: await residue() };
  } finally {
    await execa('umount', ['--lazy', directory]);
    await rm(directory, { recursive: true, force: true });
  }
}

async function fillAndFree(path: string): Promise<void> {
  await sleep(6000);
  say('the disk is full');
  await fill(path);
  await sleep(fullMs);
  await rm(path, { force: true });
  say('the disk has room again');
}

async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const bytes of [2 ** 20, 4096]) {
      const block = Buffer.alloc(bytes);
      // what is freed in between is taken as well: full is when not even a page has room
      while (await file.write(block).then(() => true, isFull)) {}
    }
  } finally {
    await file.close();
  }
}

function isFull(error: unknown): false {
  if ((error as { code?: string }).code === 'ENOSPC') return false;
  throw error;
}
