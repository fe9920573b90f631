import { type Fleet, startFleet } from '../support/fleet.ts';
import type { Load } from '../support/load.ts';
import { say } from '../support/say.ts';
import { type Tally, tally } from '../support/tally.ts';

export interface Pace extends Tally {
  workers: number;
  runs_per_hour: number;
}

/** How many runs a number of workers does in an hour, one run at once each. */
export async function measurePace(
  load: Load,
  databaseUrl: string,
  workers: number,
  runs: number,
): Promise<Pace> {
  await using fleet = await startFleet(load, databaseUrl, { workers });
  const started = performance.now();
  const issues = await load.label(runs);
  const judgements = await fleet.settle(issues, runs * 60_000);
  const hours = (performance.now() - started) / 3_600_000;
  const pace = { workers, ...tally(judgements), runs_per_hour: Math.round(runs / hours) };
  say(`${workers} workers: ${pace.runs_per_hour} runs an hour`);
  return pace;
}

/** Builds every repository's environment, and takes the first run for what all should come to. */
export async function warmUp(load: Load, databaseUrl: string): Promise<Fleet> {
  const fleet = await startFleet(load, databaseUrl, { workers: 2 });
  const issues = await load.label(load.repositories.length);
  const [first] = issues;
  if (first === undefined) throw new Error('there is no repository');
  await fleet.settle(issues, 300_000);
  await load.takeAsModel(first);
  const { wrong, told } = tally(await fleet.settle(issues, 0));
  if (wrong + told > 0) throw new Error('runs do not come to the same even without a disturbance');
  return fleet;
}
