import type { RunEvent } from '../core/events.ts';
import type { Posted, RunEnd, RunRecord, StoredEvent } from '../core/run-record.ts';
import type { Trigger } from '../core/trigger.ts';
import { type BaselineRows, baselineRows } from './baselines.ts';
import { forgetTimesAhead } from './cleanup/clock-put-back.ts';
import { forgetRemoved, isKnown } from './cleanup/forgetting.ts';
import { deleteOld } from './cleanup/retention.ts';
import type { Database } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { patiently } from './database/patience.ts';
import { openPg } from './database/pg-database.ts';
import { openPglite } from './database/pglite-database.ts';
import { acceptDeliveries, type Delivery, setVerdict } from './deliveries/deliveries.ts';
import { createIntake } from './deliveries/intake.ts';
import { isServed, type Labelling } from './deliveries/labellings.ts';
import { createSweepStore, type SweepStore } from './deliveries/sweeps.ts';
import { openQueue, type Queue, sendMissing } from './queue/queue.ts';
import { startWork, type Work, type WorkOptions } from './queue/work.ts';
import { dayOf, type Spending, spendingOn } from './runs/budget.ts';
import { createCancellations, type OnCancel } from './runs/cancellation.ts';
import * as breaker from './runs/circuit-breaker.ts';
import { checkClaim, type Pause, parkRun } from './runs/claim-run.ts';
import { createRun, findByDelivery, type NewRun, type RunCreation, releaseRun } from './runs/create-run.ts';
import { endRun, requestCancel } from './runs/end-run.ts';
import {
  findLiveRun,
  findLiveRuns,
  getRun,
  latestRun,
  type Removal,
  type RepositoryKey,
} from './runs/find-runs.ts';
import { appendEvents, type LogPosition, readEvents, readWorkTree } from './runs/run-events.ts';
import { setPosted } from './runs/set-posted.ts';
import { waitingRuns } from './runs/waiting-runs.ts';
import { beginWrite, forgetWrite } from './writes.ts';

/** What the App knows and has to do. All of it survives the death of the process once a promise has resolved. */
export interface Store extends AsyncDisposable {
  acceptDelivery(delivery: Delivery, trigger: Trigger | null): Promise<boolean>;
  setVerdict(guid: string, verdict: string): Promise<void>;
  isServed(repository: RepositoryKey, issue: number, labelling: Labelling): Promise<boolean>;
  sweeps: SweepStore;

  createRun(run: NewRun): Promise<RunCreation>;
  releaseRun(id: string): Promise<void>;
  getRun(id: string): Promise<RunRecord | null>;
  runOf(delivery: string): Promise<RunRecord | null>;
  findLiveRun(repository: RepositoryKey, number: number): Promise<RunRecord | null>;
  findLiveRuns(removal: Removal): Promise<RunRecord[]>;
  latestRun(repository: RepositoryKey, number: number): Promise<RunRecord | null>;
  setPosted(id: string, facts: Posted, token?: number): Promise<void>;
  requestCancel(id: string, reason: string): Promise<RunRecord | null>;
  watchCancel(id: string, onCancel: OnCancel): Disposable;

  appendEvents(position: LogPosition, events: readonly RunEvent[]): Promise<StoredEvent[]>;
  readEvents(id: string, after?: number): Promise<StoredEvent[]>;
  readWorkTree(id: string): Promise<Uint8Array | null>;
  checkClaim(id: string, token: number): Promise<void>;
  parkRun(id: string, token: number, pause: Pause): Promise<void>;
  endRun(id: string, token: number, end: RunEnd, usd: number): Promise<RunRecord>;

  /** Gives out no runs for a while, because of what this one met. */
  tripBreaker(
    run: string,
    trouble: Pick<breaker.Trouble, 'code' | 'why'>,
    pauses: breaker.Pauses,
  ): Promise<void>;
  resetBreaker(): Promise<void>;
  trouble(): Promise<breaker.Trouble | null>;

  readonly baselines: BaselineRows;
  /** Deletes what runs that ended, and deliveries, left more than `days` ago. How many rows. */
  deleteOld(days: number): Promise<number>;
  /** Deletes what is stored of installations and repositories that were removed. How many rows. */
  forgetRemoved(): Promise<number>;
  isKnown(repository: RepositoryKey): Promise<boolean>;
  /** Writes to GitHub that were sent, however they went. */
  writes: {
    begin(key: string): Promise<number | null>;
    forget(key: string): Promise<void>;
  };

  /** Today's (UTC). */
  spending(): Promise<Spending>;
  /** Released runs that no worker has, and since when the oldest of them waits. */
  waiting(): Promise<{ runs: number; since: Date | null }>;
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
  await breaker.probeNow(database);
  await forgetTimesAhead(database);
  const held = opened.move();

  return {
    acceptDelivery: createIntake((incoming) =>
      acceptDeliveries(database, queue.sendTriggers, now(), incoming),
    ),
    setVerdict: (guid, verdict) => setVerdict(database, guid, verdict),
    isServed: (repository, issue, labelling) => isServed(database, repository, issue, labelling),
    sweeps: createSweepStore(database, now),
    createRun: (run) => createRun(database, now(), run),
    async releaseRun(id) {
      await releaseRun(database, queue.sendRun, id);
      for (const work of works) work.wake();
    },
    runOf: (delivery) => findByDelivery(database, delivery),
    getRun: (id) => getRun(database, id),
    findLiveRun: (repository, number) => findLiveRun(database, repository, number),
    findLiveRuns: (removal) => findLiveRuns(database, removal),
    latestRun: (repository, number) => latestRun(database, repository, number),
    setPosted: (id, facts, token) => patiently(() => setPosted(database, id, facts, token ?? null)),
    async requestCancel(id, reason) {
      const run = await requestCancel(database, now(), id, reason);
      if (run?.cancelReason) cancellations.announce(id, run.cancelReason);
      return run;
    },
    watchCancel: cancellations.watch,
    appendEvents: (position, events) => patiently(() => appendEvents(database, now(), position, events)),
    readEvents: (id, after = 0) => patiently(() => readEvents(database, id, after)),
    readWorkTree: (id) => patiently(() => readWorkTree(database, id)),
    checkClaim: (id, token) => patiently(() => checkClaim(database, { run: id, token })),
    parkRun: (id, token, pause) =>
      patiently(() => parkRun(database, queue.sendRun, { run: id, token }, pause)),
    endRun: (id, token, end, usd) =>
      patiently(() => endRun(database, now(), { run: id, token }, { ...end, usd })),
    tripBreaker: (run, trouble, pauses) =>
      patiently(() => breaker.tripBreaker(database, run, trouble, pauses)),
    async resetBreaker() {
      if (!(await breaker.resetBreaker(database))) return;
      await sendMissing(database, queue.sendRun);
      for (const work of works) work.wake();
    },
    trouble: () => breaker.troubleIn(database),
    baselines: baselineRows(database),
    async deleteOld(days) {
      const rows = await deleteOld(database, now(), days);
      // a server does this by itself; the embedded database would only grow
      if (rows > 0 && 'directory' in place) await database.query('VACUUM (ANALYZE)');
      return rows;
    },
    forgetRemoved: () => forgetRemoved(database),
    isKnown: (repository) => isKnown(database, repository),
    writes: {
      begin: (key) => patiently(() => beginWrite(database, now(), key)),
      forget: (key) => patiently(() => forgetWrite(database, key)),
    },
    spending: () => spendingOn(database, dayOf(now())),
    waiting: () => waitingRuns(database),
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
