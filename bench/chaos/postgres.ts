import { setTimeout as sleep } from 'node:timers/promises';
import { startDatabases } from '../support/databases.ts';
import { startFleet } from '../support/fleet.ts';
import { startLoad } from '../support/load.ts';
import { say } from '../support/say.ts';
import { tally } from '../support/tally.ts';
import { warmUp } from '../workers/pace.ts';
import type { Ordeal } from './ordeal.ts';

const times = 5;
const goneMs = 10_000;
const betweenMs = 10_000;

/** PostgreSQL is ended at once and started again ten seconds later, five times, under load. */
export async function losePostgres(runs: number): Promise<Ordeal> {
  await using databases = await startDatabases();
  await using load = await startLoad(['acme', 'globex'], 2);
  await using _builders = await warmUp(load, await databases.create('warm'));
  await using fleet = await startFleet(load, await databases.create('chaos'), { workers: 2 });
  const issues = await load.label(runs);
  for (let time = 1; time <= times; time++) {
    await sleep(betweenMs);
    say(`PostgreSQL goes (${time} of ${times})`);
    await databases.server.crash();
    await sleep(goneMs);
    await databases.server.start();
  }
  const judgements = await fleet.settle(issues, 300_000);
  const members = [fleet.serve, ...fleet.workers];
  const residue = await Promise.all(fleet.workers.map((worker) => worker.residue()));
  return {
    ...tally(judgements),
    deaths: members.reduce((sum, { app }) => sum + app.deaths.length, 0),
    residue: residue.flat(),
  };
}
