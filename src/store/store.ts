import type { RunEvent } from '../core/events.ts';
import type { RunEnd, RunFacts, RunRecord, StoredEvent } from '../core/run-record.ts';
import type { Trigger } from '../core/trigger.ts';
import { dayOf, type Spending, spendingOn } from './budget.ts';
import { createCancellations, type OnCancel } from './cancellation.ts';
import { createRun, findByDelivery, type NewRun, type RunCreation, releaseRun } from './create-run.ts';
import type { Database } from './database.ts';
import { acceptDeliveries, type Delivery, setVerdict } from './deliveries.ts';
import { createIntake } from './intake.ts';
import { migrate } from './migrate.ts';
import { openPg } from './pg-database.ts';
import { openPglite } from './pglite-database.ts';
import { openQueue, type Queue } from './queue.ts';
import { appendEvent, readEvents } from './run-events.ts';
import * as runs from './runs.ts';
import { startWork, type Work, type WorkOptions } from './work.ts';
import { beginWrite, forgetWrite } from './writes.ts';

/** What the App knows and has to do. All of it survives the death of the process once a promise has resolved. */
export interface Store extends AsyncDisposable {
  acceptDelivery(delivery: Delivery, trigger: Trigger | null): Promise<boolean>;
  setVerdict(guid: string, verdict: string): Promise<void>;

  createRun(run: NewRun): Promise<RunCreation>;
  releaseRun(id: string): Promise<void>;
  getRun(id: string): Promise<RunRecord | null>;
  runOf(delivery: string): Promise<RunRecord | null>;
  findLiveRun(repository: runs.RepositoryKey, number: number): Promise<RunRecord | null>;
  findLiveRuns(removal: runs.Removal): Promise<RunRecord[]>;
  latestRun(repository: runs.RepositoryKey, number: number): Promise<RunRecord | null>;
  runsOfPull(repository: runs.RepositoryKey, pull: number): Promise<RunRecord[]>;
  setFacts(id: string, facts: RunFacts): Promise<void>;
  requestCancel(id: string, reason: string): Promise<RunRecord | null>;
  watchCancel(id: string, onCancel: OnCancel): Disposable;

  appendEvent(id: string, token: number, event: RunEvent): Promise<StoredEvent>;
  readEvents(id: string, after?: number): Promise<StoredEvent[]>;
  endRun(id: string, token: number, end: RunEnd, usd: number): Promise<RunRecord>;

  /** Writes to GitHub that were sent, however they went. */
  writes: {
    begin(key: string): Promise<number | null>;
    forget(key: string): Promise<void>;
  };

  /** Today's (UTC). */
  spending(): Promise<Spending>;
  work(options: WorkOptions): Promise<Work>;
}

export type StorePlace = { directory: string } | { databaseUrl: string };

export interface StoreOptions {
  now?: () => Date;
  /** Hears of what goes wrong in the background, and of handlers that reject. */
  onError?: (error: Error) => void;
}

/** How soon a worker learns that another process asked to stop its run. */
const secondsBetweenLooks = 1;

/** Opens the embedded database of a directory, which no other process may have open, or a PostgreSQL server's. */
export async function openStore(
  place: StorePlace,
  { now = () => new Date(), onError = () => undefined }: StoreOptions = {},
): Promise<Store> {
  await using opened = new AsyncDisposableStack();
  const { database, queue } = await openPlace(place, opened, onError);
  const looks = 'directory' in place ? null : secondsBetweenLooks;
  const cancellations = opened.use(createCancellations(database, looks, onError));
  const works = new Set<Work>();
  opened.defer(async () => {
    await Promise.all([...works].map((work) => work.stop()));
  });
  const held = opened.move();

  return {
    acceptDelivery: createIntake((incoming) =>
      acceptDeliveries(database, queue.sendTriggers, now(), incoming),
    ),
    setVerdict: (guid, verdict) => setVerdict(database, guid, verdict),
    createRun: (run) => createRun(database, now(), run),
    async releaseRun(id) {
      await releaseRun(database, queue.sendRun, id);
      for (const work of works) work.wake();
    },
    runOf: (delivery) => findByDelivery(database, delivery),
    getRun: (id) => runs.getRun(database, id),
    findLiveRun: (repository, number) => runs.findLiveRun(database, repository, number),
    findLiveRuns: (removal) => runs.findLiveRuns(database, removal),
    latestRun: (repository, number) => runs.latestRun(database, repository, number),
    runsOfPull: (repository, pull) => runs.runsOfPull(database, repository, pull),
    setFacts: (id, facts) => runs.setFacts(database, id, facts),
    async requestCancel(id, reason) {
      const run = await runs.requestCancel(database, now(), id, reason);
      if (run?.cancelReason) cancellations.announce(id, run.cancelReason);
      return run;
    },
    watchCancel: cancellations.watch,
    appendEvent: (id, token, event) => appendEvent(database, now(), id, token, event),
    readEvents: (id, after = 0) => readEvents(database, id, after),
    endRun: (id, token, end, usd) => runs.endRun(database, now(), id, token, end, usd),
    writes: {
      begin: (key) => beginWrite(database, now(), key),
      forget: (key) => forgetWrite(database, key),
    },
    spending: () => spendingOn(database, dayOf(now())),
    async work(options) {
      const work = await startWork({ database, queue, now, onError }, options);
      works.add(work);
      return work;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function openPlace(
  place: StorePlace,
  opened: AsyncDisposableStack,
  onError: (error: Error) => void,
): Promise<{ database: Database; queue: Queue }> {
  if ('directory' in place) {
    const embedded = opened.use(await openPglite(place.directory));
    await migrate(embedded);
    return { database: embedded, queue: opened.use(await openQueue({ embedded }, onError)) };
  }
  const database = opened.use(await openPg(place.databaseUrl, onError));
  await migrate(database);
  return { database, queue: opened.use(await openQueue(place, onError)) };
}
