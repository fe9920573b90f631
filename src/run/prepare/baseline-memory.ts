import type { TestRun } from '../../core/tests.ts';

/** Keeps a base commit's results, which cost a whole test run. A loss only costs time. */
export interface BaselineStore {
  read(key: string): Promise<TestRun | null>;
  write(key: string, run: TestRun): Promise<void>;
}

/** What earlier baselines left: a tree's results; of an environment, that tests ran there and that its suite is long. */
export interface BaselineMemory {
  results: TestRun | null;
  ran: boolean;
  long: boolean;
  keep(results: TestRun): Promise<void>;
  noteRan(run: TestRun): Promise<void>;
  noteLong(run: TestRun): Promise<void>;
}

export async function recall(
  store: BaselineStore,
  environmentKey: string,
  tree: string,
): Promise<BaselineMemory> {
  const keyOf = (what: string) => `${environmentKey}-${what}`;
  const note = (what: string, run: TestRun) =>
    store.write(keyOf(what), { ...run, tests: new Map(), output: '' });
  const [results, ran, long] = await Promise.all([
    store.read(keyOf(tree)),
    store.read(keyOf('ran')),
    store.read(keyOf('long')),
  ]);
  return {
    results,
    ran: ran !== null,
    long: long !== null,
    keep: (results) => store.write(keyOf(tree), results),
    noteRan: (run) => note('ran', run),
    noteLong: (run) => note('long', run),
  };
}
