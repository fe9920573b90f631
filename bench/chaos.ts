import { jumpClock } from './chaos/clock.ts';
import { fillDisk } from './chaos/disk.ts';
import { loseDocker } from './chaos/docker.ts';
import type { Ordeal } from './chaos/ordeal.ts';
import { losePostgres } from './chaos/postgres.ts';
import type { BenchOptions } from './support/options.ts';
import { say } from './support/say.ts';
import { printTable } from './support/table.ts';

const ordeals: Record<string, (runs: number) => Promise<Ordeal>> = {
  postgres: losePostgres,
  docker: loseDocker,
  clock: jumpClock,
  disk: fillDisk,
};

/** What becomes of runs while what the App stands on is gone: database, Engine, time, disk. */
export async function benchChaos(options: BenchOptions): Promise<object> {
  const only = options.get('only')?.split(',') ?? Object.keys(ordeals);
  const runs = Number(options.get('runs') ?? 12);
  const results: Record<string, Ordeal> = {};
  for (const [name, play] of Object.entries(ordeals)) {
    if (!only.includes(name)) continue;
    say(`${name}: begins`);
    results[name] = await play(runs);
    say(`${name}: ${JSON.stringify(results[name])}`);
  }
  const rows = Object.entries(results).map(([name, ordeal]) => [
    name,
    ordeal.runs,
    ordeal.right,
    ordeal.told,
    ordeal.wrong,
    ordeal.deaths,
    ordeal.residue.length,
  ]);
  const head = ['gone for a while', 'runs', 'right', 'ended otherwise', 'wrong', 'restarts', 'left'];
  process.stderr.write(`\n${printTable(head, rows)}\n`);
  return { ordeals: results };
}
