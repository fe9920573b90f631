import { hostname } from 'node:os';
import type { Job, JobResult } from 'pg-boss';
import { hasCode, messageOf } from '../../core/errors.ts';
import { within } from '../../core/within.ts';
import type { Database } from '../database/database.ts';
import { patiently } from '../database/patience.ts';
import { readTriggered, setVerdict, type Triggered } from '../deliveries/deliveries.ts';
import { type ClaimedRun, claimRun, isAtWork } from '../runs/claim-run.ts';
import { type Queue, sendMissing, triggerAttempts } from './queue.ts';

/**
 * What is to be done. `signal` aborts when the work is stopped or was given to another worker: save what there is and
 * leave. A handler that rejects is tried again later; so is a run that has neither ended nor been parked when its
 * handler is back.
 */
interface Handlers {
  triggers(triggered: Triggered, signal: AbortSignal): Promise<void>;
  runs(claimed: ClaimedRun, signal: AbortSignal): Promise<void>;
}

export interface WorkOptions extends Handlers {
  /** How many runs this process does at once. */
  maximumRuns: number;
  /** Whether this process could do a run now: one that lacks something leaves them to others. */
  canRun?(): Promise<boolean>;
}

export interface Work {
  /** Takes nothing new, aborts the handlers' signals and waits for them, for `seconds` at most; so does a second call. */
  stop(seconds?: number): Promise<void>;
  /** Looks for runs now: the embedded database tells nobody of a new job. */
  wake(): void;
}

export interface WorkContext {
  database: Database;
  queue: Queue;
  now: () => Date;
  onError: (error: Error) => void;
}

const triggerWorkers = 2;
const secondsToStop = 25;
const secondsBetweenLooks = 60;

/**
 * Triggers are looked for twice a second and fetched many at a time. Woken by each delivery, the workers would slow
 * down the deliveries: on the embedded database one fetch costs as much as several of them.
 */
const triggerFetching = { pollingIntervalSeconds: 0.5, batchSize: 20, burstWhenBatchFull: true } as const;
/** Runs are announced; the intervals are for an announcement that was missed, or where there are none. */
const runFetching = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 2 } as const;

/** Begins to work on triggers and runs. */
export async function startWork(context: WorkContext, options: WorkOptions): Promise<Work> {
  const stopping = new AbortController();
  const { boss } = context.queue;
  for (let index = 0; index < triggerWorkers; index++) await startTriggers(context, options, stopping.signal);
  const runners: string[] = [];
  for (let index = 0; index < options.maximumRuns; index++)
    runners.push(await startRuns(context, options, stopping.signal));
  const lookout = lookForMissing(context);
  let stopped: Promise<unknown> | undefined;
  const stop = async (seconds = secondsToStop) => {
    stopping.abort();
    const idle = () =>
      Promise.all([
        lookout.stop(),
        boss.offWork('trigger', { wait: true }),
        boss.offWork('run', { wait: true }),
      ]);
    stopped ??= within(seconds * 1000, idle());
    await stopped;
  };
  const wake = () => {
    for (const runner of runners) boss.notifyWorker(runner);
  };
  return { stop, wake };
}

/** Looks for runs without a ticket at once and from time to time; `stop` resolves when the last look is over. */
function lookForMissing({ database, queue, onError }: WorkContext): { stop(): Promise<void> } {
  const look = () => sendMissing(database, queue.sendRun).catch(onError);
  let looked = look();
  const timer = setInterval(() => {
    looked = look();
  }, secondsBetweenLooks * 1000).unref();
  return {
    stop() {
      clearInterval(timer);
      return looked;
    },
  };
}

interface TriggerData {
  delivery: string;
}

async function startTriggers(context: WorkContext, handlers: Handlers, stopped: AbortSignal): Promise<void> {
  const { boss } = context.queue;
  await boss.work(
    'trigger',
    { ...triggerFetching, perJobResults: true },
    (jobs: Job<TriggerData>[]): Promise<JobResult[]> =>
      Promise.all(jobs.map((job) => handleTrigger(context, handlers, stopped, job))),
  );
}

async function handleTrigger(
  { database, onError }: WorkContext,
  { triggers }: Handlers,
  stopped: AbortSignal,
  { id, data, retryCount, signal }: Job<TriggerData>,
): Promise<JobResult> {
  try {
    const triggered = await readTriggered(database, data.delivery);
    if (triggered !== null) await triggers(triggered, AbortSignal.any([stopped, signal]));
    return { id, status: 'completed' };
  } catch (error) {
    // what is stopped and tries again is no fault
    if (!stopped.aborted) onError(toError(error));
    // of what is damaged the same is read again
    if (retryCount < triggerAttempts && !hasCode(error, 'data_corrupt')) return { id, status: 'failed' };
    await setVerdict(database, data.delivery, `given up: ${messageOf(error)}`).catch(onError);
    // a job that fails for good would hold up all later triggers of its subject
    return { id, status: 'completed' };
  }
}

async function startRuns(context: WorkContext, options: WorkOptions, stopped: AbortSignal): Promise<string> {
  const { boss } = context.queue;
  let worker = '';
  worker = await boss.work<object>('run', runFetching, async (jobs) => {
    try {
      for (const job of jobs) await handleRun(context, options, stopped, job);
    } catch (error) {
      if (!stopped.aborted && !(error instanceof NotNow)) context.onError(toError(error));
      throw error;
    } finally {
      // else it would sleep before it looks for the next job, however many wait
      boss.notifyWorker(worker);
    }
  });
  return worker;
}

/** The ticket goes back into the queue; what is wrong is told by the health. */
class NotNow extends Error {}

/**
 * A run's job is a ticket for one run, not for the one that it was queued with: which is next is decided now. (The
 * groups of pg-boss limit how many jobs of a group are active; they do not change the order between groups.)
 */
async function handleRun(
  { database, queue, now }: WorkContext,
  { runs, canRun = async () => true }: WorkOptions,
  stopped: AbortSignal,
  { id, signal }: Job<object>,
): Promise<void> {
  if (!(await canRun())) throw new NotNow('this process lacks what a run needs');
  const claimed = await patiently(() => claimRun(database, now(), id, `${hostname()}/${process.pid}`));
  if (claimed === null) return;
  if ('seconds' in claimed) return queue.sendRun(database, id, Math.ceil(claimed.seconds));
  await runs(claimed, AbortSignal.any([stopped, signal]));
  const { run, token } = claimed;
  const isLeft = await patiently(() => isAtWork(database, { run: run.id, token }));
  if (isLeft) throw new Error(`run ${run.id} was left before its end`);
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
