import { parseArgs } from 'node:util';
import { benchCache } from './cache.ts';
import { benchChaos } from './chaos.ts';
import { benchDeliveries } from './deliveries.ts';
import { benchEdits } from './edits.ts';
import { benchExec } from './exec.ts';
import { benchFaults } from './faults.ts';
import { benchGithubFaults } from './github-faults.ts';
import { benchKills } from './kills.ts';
import { benchLocalisation } from './localisation.ts';
import { benchMutants } from './mutants.ts';
import { benchSoak } from './soak.ts';
import type { BenchOptions } from './support/options.ts';
import { benchSyntaxCheck } from './syntax-check.ts';
import { benchWarm } from './warm.ts';
import { benchWorkers } from './workers.ts';

const benches: Record<string, (options: BenchOptions) => Promise<object>> = {
  cache: benchCache,
  chaos: benchChaos,
  deliveries: benchDeliveries,
  edits: benchEdits,
  exec: benchExec,
  faults: benchFaults,
  'github-faults': benchGithubFaults,
  kills: benchKills,
  localisation: benchLocalisation,
  mutants: benchMutants,
  soak: benchSoak,
  'syntax-check': benchSyntaxCheck,
  warm: benchWarm,
  workers: benchWorkers,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    instances: { type: 'string' },
    repos: { type: 'string' },
    only: { type: 'string' },
    points: { type: 'string' },
    seed: { type: 'string' },
    seeds: { type: 'string' },
    parallel: { type: 'string' },
    runs: { type: 'string' },
    few: { type: 'string' },
    workers: { type: 'string' },
    'kill-every': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const name = positionals[0] ?? '';
const bench = benches[name];
if (bench === undefined) {
  console.error(
    `usage: npm run bench -- NAME [options] [--json]; NAME is one of ${Object.keys(benches).join(', ')}`,
  );
  process.exit(2);
}
const flags = values as Record<string, string | boolean | undefined>;
const get = (flag: string) => (typeof flags[flag] === 'string' ? flags[flag] : undefined);
const result = await bench({
  get,
  need(flag) {
    const value = get(flag);
    if (value !== undefined) return value;
    console.error(`the benchmark ${name} needs --${flag}`);
    process.exit(2);
  },
});
if (!values.json) console.error(JSON.stringify(result, null, 2));
console.log(JSON.stringify({ bench: name, ...result }));
