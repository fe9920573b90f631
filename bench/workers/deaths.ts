import { setTimeout as sleep } from 'node:timers/promises';
import { type Fleet, type RunLine, startFleet } from '../support/fleet.ts';
import type { Load } from '../support/load.ts';
import { createRandom } from '../support/random.ts';
import { say } from '../support/say.ts';
import { type Tally, tally } from '../support/tally.ts';

export interface Deaths extends Tally {
  workers: number;
  kills: number;
  /** Claims of runs beyond the first. */
  taken_over: number;
  /** The most runs that were begun for others while an owner had one waiting. */
  most_passed_over: number;
  residue: string[];
}

/** Many runs on a few workers, one of which is killed every so often and started again. */
export async function measureDeaths(
  load: Load,
  databaseUrl: string,
  { workers, runs, everySeconds }: { workers: number; runs: number; everySeconds: number },
): Promise<Deaths> {
  await using fleet = await startFleet(load, databaseUrl, { workers });
  const killing = new AbortController();
  const kills = killNowAndThen(fleet, everySeconds, killing.signal);
  const issues = await load.label(runs, byOwner(load));
  const judgements = await fleet.settle(issues, runs * 60_000);
  killing.abort();
  const lines = await fleet.runs();
  const residue = await Promise.all(fleet.workers.map((worker) => worker.residue()));
  return {
    workers,
    kills: await kills,
    ...tally(judgements),
    taken_over: lines.reduce((sum, { token }) => sum + Math.max(0, token - 1), 0),
    most_passed_over: mostPassedOver(lines),
    residue: residue.flat(),
  };
}

/** One owner's issues before the next one's: a queue in order of time would let the others wait. */
function byOwner({ repositories }: Load) {
  return [...repositories].sort((a, b) => a.owner.localeCompare(b.owner));
}

async function killNowAndThen(fleet: Fleet, everySeconds: number, signal: AbortSignal): Promise<number> {
  const random = createRandom(1);
  for (let kills = 0; ; kills++) {
    await sleep(everySeconds * 1000, undefined, { signal }).catch(() => {});
    const index = Math.floor(random() * fleet.workers.length);
    if (signal.aborted) return kills;
    say(`killing worker ${index + 1}`);
    await fleet.workers[index]?.app.kill();
  }
}

/** The most runs that were begun for others while an owner had one waiting. */
function mostPassedOver(lines: readonly RunLine[]): number {
  const passed = new Map<string, number>();
  let most = 0;
  const starts = lines
    .flatMap((line) => (line.startedAt === null ? [] : [{ ...line, startedAt: line.startedAt }]))
    .sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  for (const [place, { installation, startedAt }] of starts.entries()) {
    const waiting = starts.slice(place + 1).filter(({ createdAt }) => createdAt < startedAt);
    passed.set(installation, 0);
    for (const other of new Set(waiting.map((line) => line.installation))) {
      if (other === installation) continue;
      const count = (passed.get(other) ?? 0) + 1;
      passed.set(other, count);
      most = Math.max(most, count);
    }
  }
  return most;
}
