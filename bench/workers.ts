import { startDatabases } from './support/databases.ts';
import { startLoad } from './support/load.ts';
import type { BenchOptions } from './support/options.ts';
import { printTable } from './support/table.ts';
import { measureBudget } from './workers/budget.ts';
import { measureDeaths } from './workers/deaths.ts';
import { measurePace, type Pace, warmUp } from './workers/pace.ts';
import { measurePause } from './workers/pause.ts';

const owners = ['acme', 'globex', 'initech'];

/** Several workers on one PostgreSQL: how fast, how fair, and what becomes of runs whose worker dies or sleeps. */
export async function benchWorkers(options: BenchOptions): Promise<object> {
  const number = (name: string, otherwise: number) => Number(options.get(name) ?? otherwise);
  const workers = number('workers', 3);
  const only = options.get('only')?.split(',') ?? ['pace', 'deaths', 'budget', 'pause'];
  await using databases = await startDatabases();
  await using load = await startLoad(owners, 2);
  await using _builders = await warmUp(load, await databases.create('warm'));
  const paces: Pace[] = [];
  for (let count = 1; only.includes('pace') && count <= workers; count++) {
    paces.push(await measurePace(load, await databases.create(`pace_${count}`), count, number('few', 20)));
  }
  const deaths = only.includes('deaths')
    ? await measureDeaths(load, await databases.create('deaths'), {
        workers,
        runs: number('runs', 60),
        everySeconds: number('kill-every', 20),
      })
    : null;
  const budget = only.includes('budget')
    ? await measureBudget(load, await databases.create('budget'), workers)
    : null;
  const pause = only.includes('pause') ? await measurePause(load, await databases.create('pause')) : null;
  const rows = [...paces, ...(deaths === null ? [] : [deaths])].map((row) => [
    `${row.workers}${'kills' in row ? `, ${row.kills} kills` : ''}`,
    row.runs,
    row.right,
    row.told,
    row.wrong,
    'runs_per_hour' in row ? row.runs_per_hour : '',
  ]);
  const head = ['workers', 'runs', 'right', 'ended otherwise', 'wrong', 'runs an hour'];
  process.stderr.write(`\n${printTable(head, rows)}\n`);
  return { pace: paces, deaths, budget, pause };
}
