import { fromPglite, type JobInsert, PgBoss, type QueueOptions } from 'pg-boss';
import type { Trigger } from '../../core/trigger.ts';
import { type Database, lockFor, type Queryable } from '../database/database.ts';
import type { EmbeddedDatabase } from '../database/pglite-database.ts';
import type { SendTriggers } from '../deliveries/deliveries.ts';
import type { SendRun } from '../runs/create-run.ts';

/** pg-boss's own tables. */
const schema = 'ai_fix_queue';
const hours = 3600;
const days = 24 * hours;

/** How often a trigger is tried, with pauses of up to five minutes: about as long as GitHub's long outages. */
export const triggerAttempts = 60;

/**
 * Triggers of one subject are handled in their order, one at a time: "stop" must not overtake "fix". A run may take
 * three hours; it is given to somebody else earlier only when its worker gives no sign of life.
 */
const queues = {
  trigger: {
    policy: 'key_strict_fifo',
    options: { expireInSeconds: 600, retryLimit: triggerAttempts, retryDelayMax: 300, notify: false },
  },
  run: {
    policy: 'standard',
    options: { expireInSeconds: 4 * hours, retryLimit: 10_000, retryDelayMax: 60, notify: true },
  },
} as const satisfies Record<string, { policy: string; options: QueueOptions & { notify: boolean } }>;

export interface Queue extends AsyncDisposable {
  readonly boss: PgBoss;
  sendTriggers: SendTriggers;
  sendRun: SendRun;
}

/** Starts pg-boss on the embedded database or on a server. Its background errors go to `onError`. */
export async function openQueue(
  on: { embedded: EmbeddedDatabase } | { databaseUrl: string },
  onError: (error: Error) => void,
): Promise<Queue> {
  const isEmbedded = 'embedded' in on;
  const boss = new PgBoss({
    ...(isEmbedded
      ? { db: fromPglite(on.embedded.pglite), backend: 'pglite' }
      : { connectionString: on.databaseUrl, max: 4 }),
    schema,
    schedule: false,
    registerInstance: false,
    useListenNotify: true,
    superviseIntervalSeconds: isEmbedded ? 30 : 2,
    monitorIntervalSeconds: isEmbedded ? 30 : 2,
  });
  boss.on('error', (error) => onError(asError(error)));
  await boss.start();
  await createQueues(boss, isEmbedded ? 60 : 10);
  // nobody else can be at work on an embedded database: what is active was left by a process that died
  if (isEmbedded) await reclaim(on.embedded);
  return {
    boss,
    sendTriggers: (transaction, triggers) =>
      send(
        boss,
        transaction,
        'trigger',
        triggers.map(({ delivery, trigger }) => ({ data: { delivery }, singletonKey: subjectOf(trigger) })),
      ),
    sendRun: (transaction, run, seconds = 0) =>
      send(boss, transaction, 'run', [{ data: { run }, ...(seconds > 0 ? { startAfter: seconds } : {}) }]),
    // what is still at work goes back into the queue
    [Symbol.asyncDispose]: () => boss.stop({ graceful: false }),
  };
}

/** pg-boss tells of some errors by objects that are none. */
function asError(error: Error): Error {
  return error instanceof Error ? error : Object.assign(new Error(), error);
}

async function createQueues(boss: PgBoss, heartbeatSeconds: number): Promise<void> {
  for (const [name, { policy, options }] of Object.entries(queues)) {
    const settings = {
      ...options,
      heartbeatSeconds,
      retryDelay: 1,
      retryBackoff: true,
      retentionSeconds: 300 * days,
      deleteAfterSeconds: days,
    };
    await boss.createQueue(name, { policy, ...settings });
    // the queue may be there with the settings of an earlier version
    await boss.updateQueue(name, settings);
  }
}

async function reclaim(database: Queryable): Promise<void> {
  await database.query(
    `UPDATE ${schema}.job SET state = 'retry', start_after = now() WHERE state IN ('active', 'retry')`,
  );
}

/**
 * Queues a ticket for each run that waits and has none: after the circuit breaker was closed, or should one ever be lost. One too
 * many does no harm.
 */
export async function sendMissing(database: Database, sendRun: SendRun): Promise<void> {
  await database.transaction(async (transaction) => {
    await lockFor(transaction, 'claim');
    // a job that is gone would never bring back the run that it had
    await transaction.query(
      `UPDATE ai_fix.runs SET state = 'queued', job = NULL WHERE state = 'running' AND NOT EXISTS (
         SELECT FROM ${schema}.job WHERE job.id = runs.job AND job.state IN ('created', 'retry', 'active'))`,
    );
    const waiting = await transaction.query<{ id: string }>(
      `SELECT id FROM ai_fix.runs
       WHERE state = 'queued' AND released AND (not_before IS NULL OR not_before <= now()) ORDER BY id`,
    );
    const [{ tickets } = { tickets: 0 }] = await transaction.query<{ tickets: number }>(
      `SELECT count(*)::int AS tickets FROM ${schema}.job
       WHERE name = 'run' AND state IN ('created', 'retry') AND start_after <= now()`,
    );
    for (const { id } of waiting.slice(tickets)) await sendRun(transaction, id);
  });
}

/** Queues jobs within our transaction: they are there when the transaction commits, and only then. */
async function send(
  boss: PgBoss,
  transaction: Queryable,
  name: keyof typeof queues,
  jobs: JobInsert[],
): Promise<void> {
  const db = {
    executeSql: async (sql: string, values?: unknown[]) => ({ rows: await transaction.query(sql, values) }),
  };
  const ids = await boss.insert(name, jobs, { db, returnId: true });
  if (ids?.length !== jobs.length) throw new Error(`the queue "${name}" did not take all of its jobs`);
}

/** What a trigger is about: triggers of one subject are handled in their order. */
export function subjectOf(trigger: Trigger): string {
  if (trigger.kind === 'removed') return `${trigger.host}/${trigger.installation}`;
  const { repository, subject } = trigger;
  return `${repository.host}/${repository.id}/${subject.number}`;
}
