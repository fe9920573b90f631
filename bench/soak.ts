import type { Measured } from '../test/support/kills/messages.ts';
import { startLoad } from './support/load.ts';
import type { BenchOptions } from './support/options.ts';
import { say } from './support/say.ts';
import { startSingle, warmUpSingle } from './support/single.ts';
import { printTable } from './support/table.ts';
import { tally } from './support/tally.ts';

interface Sample extends Measured {
  runs: number;
}

const megabyte = 2 ** 20;

/** Many runs in one process: whether memory, handles, containers or files grow with them. */
export async function benchSoak(options: BenchOptions): Promise<object> {
  const runs = Number(options.get('runs') ?? 300);
  const every = Math.max(1, Math.floor(runs / 30));
  await using load = await startLoad(['acme', 'globex'], 3);
  await using single = await startSingle(load, { name: 'soak' });
  await warmUpSingle(load, single);
  const samples: Sample[] = [];
  const sample = async (ended: number) => {
    if (ended % every !== 0) return;
    const measured = { runs: ended, ...(await single.member.app.ask({ ask: 'measure' })) };
    samples.push(measured);
    say(`${ended}/${runs} runs: ${JSON.stringify(measured)}`);
  };
  const judgements = await single.work(runs, { onEnd: sample });
  const residue = await single.member.residue();
  const third = Math.max(1, Math.floor(samples.length / 3));
  const parts = { first: samples.slice(0, third), last: samples.slice(-third) };
  const rows = Object.entries(parts).map(([name, part]) => [
    `${name} third`,
    ...facts(part).map((value) => value.toFixed(1)),
  ]);
  process.stderr.write(`\n${printTable(['runs', 'RSS MB', 'heap MB', 'descriptors', 'handles'], rows)}\n`);
  return {
    ...tally(judgements),
    deaths: single.member.app.deaths.length,
    first_third: named(parts.first),
    last_third: named(parts.last),
    residue,
    resources_at_end: samples.at(-1)?.resources ?? {},
  };
}

function facts(samples: readonly Sample[]): [number, number, number, number] {
  return [
    mean(samples.map(({ rss }) => rss / megabyte)),
    mean(samples.map(({ heap }) => heap / megabyte)),
    mean(samples.map(({ descriptors }) => descriptors)),
    mean(samples.map(({ resources }) => Object.values(resources).reduce((sum, count) => sum + count, 0))),
  ];
}

function named(samples: readonly Sample[]) {
  const [rss, heap, descriptors, handles] = facts(samples).map((value) => Math.round(value * 10) / 10);
  return { rss_mb: rss, heap_mb: heap, descriptors, handles };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
