import type { TestRun } from '../../core/tests.ts';

/** Keeps a base commit's results, which cost a whole test run. A loss only costs time. */
export interface BaselineStore {
  read(key: string): Promise<TestRun | null>;
  write(key: string, run: TestRun): Promise<void>;
}

/** What earlier baselines left: a tree's results; of an environment, that its tests ran, take long, or were passed over. */
export interface BaselineMemory {
  results: TestRun | null;
  ran: boolean;
  long: boolean;
  /** Another plan had a sane baseline where this one had none. */
  passedOver: boolean;
  keep(results: TestRun): Promise<void>;
  noteRan(run: TestRun): Promise<void>;
  noteLong(run: TestRun): Promise<void>;
  notePassedOver(): Promise<void>;
}

export async function recall(
  store: BaselineStore,
  environmentKey: string,
  tree: string,
): Promise<BaselineMemory> {
  const keyOf = (what: string) => `${environmentKey}-${what}`;
  const note = (what: string, { seconds }: { seconds: number }) =>
    store.write(keyOf(what), { tests: new Map(), seconds, problem: null, cutShort: false, output: '' });
  const [results, ran, long, passedOver] = await Promise.all([
    store.read(keyOf(tree)),
    store.read(keyOf('ran')),
    store.read(keyOf('long')),
    store.read(keyOf('passed-over')),
  ]);
  return {
    results,
    ran: ran !== null,
    long: long !== null,
    passedOver: passedOver !== null,
    keep: (results) => store.write(keyOf(tree), results),
    noteRan: (run) => note('ran', run),
    noteLong: (run) => note('long', run),
    notePassedOver: () => note('passed-over', { seconds: 0 }),
  };
}
