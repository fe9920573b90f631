import { glob, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad } from '../support/load.ts';
import { say } from '../support/say.ts';
import { startSingle, warmUpSingle } from '../support/single.ts';
import { tally } from '../support/tally.ts';
import type { Ordeal } from './ordeal.ts';

/** The App's clock jumps an hour forward in mid run, and back again. */
export async function jumpClock(runs: number): Promise<Ordeal> {
  const library = await findLibrary();
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-clock-'));
  const file = join(directory, 'offset');
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    // a step of the wall clock leaves the monotonic one as it is
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  try {
    await writeFile(file, '+0');
    await using load = await startLoad(['acme', 'globex'], 1);
    await using single = await startSingle(load, { name: 'clock', env });
    await warmUpSingle(load, single);
    const [judgements] = await Promise.all([single.work(runs), jump(file)]);
    const { app, residue } = single.member;
    return { ...tally(judgements), deaths: app.deaths.length, residue: await residue() };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function jump(file: string): Promise<void> {
  for (const offset of ['+3600', '+0', '-3600', '+0']) {
    await sleep(8000);
    say(`the clock is at ${offset} seconds`);
    await writeFile(file, offset);
  }
}

async function findLibrary(): Promise<string> {
  for await (const path of glob('/usr/lib/*/faketime/libfaketimeMT.so.1')) return path;
  throw new Error('this benchmark needs libfaketime: `apt-get install faketime`');
}
