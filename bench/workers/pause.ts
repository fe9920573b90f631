import { setTimeout as sleep } from 'node:timers/promises';
import { writeOf } from '../../test/support/kills/points.ts';
import { type Fleet, runOf, startFleet } from '../support/fleet.ts';
import type { Load } from '../support/load.ts';
import { say } from '../support/say.ts';
import { tally } from '../support/tally.ts';

const watchSeconds = 20;

/** A worker that sleeps in mid run until another one has ended its run writes nothing more when it wakes up. */
export async function measurePause(load: Load, databaseUrl: string): Promise<object> {
  let asleep: number | null = null;
  let fleet: Fleet | null = null;
  const watchModel = (worker: number) => async (_: unknown, moment: string) => {
    if (asleep !== null || moment !== 'arrived' || fleet === null) return 'go' as const;
    asleep = worker;
    await fleet.workers[worker]?.app.signal('SIGSTOP');
    say(`worker ${worker + 1} sleeps`);
    return 'go' as const;
  };
  await using started = await startFleet(load, databaseUrl, { workers: 2, watchModel });
  fleet = started;
  const issues = await load.label(1, load.repositories.slice(0, 1));
  const judgements = await started.settle(issues, 180_000);
  const [issue] = issues;
  const sleeper = started.workers[asleep ?? 0];
  if (issue === undefined || sleeper === undefined || asleep === null)
    throw new Error('no worker took the run');
  const before = runOf(await started.runs(), issue);
  const wokeAt = performance.now();
  await sleeper.app.signal('SIGCONT');
  say('and wakes up');
  await sleep(watchSeconds * 1000);
  const writes = sleeper.github.passed.filter((passing) => passing.at > wokeAt && writeOf(passing) !== null);
  const after = runOf(await started.runs(), issue);
  const stillRight = await load.judge(issue, after?.end ?? null);
  const again = await load.label(2, load.repositories.slice(0, 1));
  const result = {
    ...tally(judgements),
    takeover_seconds: Math.round((wokeAt - issue.at) / 1000),
    writes_after_waking: writes.map((passing) => writeOf(passing)),
    shown_after_waking: stillRight.kind,
    run_unchanged: JSON.stringify(before) === JSON.stringify(after),
    later_runs: tally(await started.settle(again, 120_000)),
    deaths: sleeper.app.deaths.length,
    residue: await sleeper.residue(),
  };
  say(`pause: ${JSON.stringify(result)}`);
  return result;
}
