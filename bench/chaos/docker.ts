import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad } from '../support/load.ts';
import { say } from '../support/say.ts';
import { startSingle, warmUpSingle } from '../support/single.ts';
import { tally } from '../support/tally.ts';
import type { Ordeal } from './ordeal.ts';
import { startSocketProxy } from './socket-proxy.ts';

const engineSocket = '/var/run/docker.sock';
const goneMs = 15_000;

/** The Docker Engine is out of reach for a while, in mid run: connections break, and new ones are refused. */
export async function loseDocker(runs: number): Promise<Ordeal> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-engine-'));
  try {
    await using proxy = await startSocketProxy(join(directory, 'docker.sock'), engineSocket);
    await using load = await startLoad(['acme', 'globex'], 1);
    const env = { DOCKER_HOST: `unix://${proxy.path}` };
    await using single = await startSingle(load, {
      name: 'docker',
      env,
      config: { dockerHost: env.DOCKER_HOST },
    });
    await warmUpSingle(load, single);
    const [judgements] = await Promise.all([single.work(runs), goAndComeBack(proxy)]);
    const { app, residue } = single.member;
    return { ...tally(judgements), deaths: app.deaths.length, residue: await residue() };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function goAndComeBack(proxy: Awaited<ReturnType<typeof startSocketProxy>>): Promise<void> {
  await sleep(6000);
  say('the Docker Engine goes');
  await proxy.cut();
  await sleep(goneMs);
  say('the Docker Engine comes back');
  await proxy.open();
}
