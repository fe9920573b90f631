import { randomUUID } from 'node:crypto';
import type { Database } from '../database/database.ts';

/** A turn of a sweep, for one process at a time. */
interface SweepTurn {
  name: string;
  lease: string;
  startedAt: Date;
  /** Until when earlier turns have seen everything; null before the first. */
  doneUntil: Date | null;
}

/** A delivery that failed: GitHub's id of its latest attempt, and of all of its attempts. */
interface FailedDelivery {
  attempt: number;
  guid: string;
  repository: number | null;
  deliveredAt: Date;
}

export interface SweepStore {
  /**
   * A turn when one is due: at its time, or when the last began before `startedBefore`. Null when another process has
   * it; a turn that was left is free after a while.
   */
  begin(name: string, startedBefore: Date | null): Promise<SweepTurn | null>;
  end(turn: SweepTurn, end: { doneUntil: Date | null; nextAt: Date }): Promise<void>;

  /** Notes deliveries to ask for, but for those that arrived. */
  noteFailed(failed: readonly FailedDelivery[]): Promise<void>;
  /** Those to ask for now, the oldest first. */
  dueRedeliveries(maximumAsked: number): Promise<FailedDelivery[]>;
  /** Takes one to ask for; false when it is not due any more. The pause before the next time is for each time before. */
  claimRedelivery(guid: string, pausesMs: readonly number[]): Promise<boolean>;
  giveUpRedelivery(guid: string): Promise<void>;
  /** Whether a delivery of that repository may still come: it is to be asked for, or was after `askedAfter`. */
  awaitsRedelivery(repository: number, askedAfter: Date): Promise<boolean>;
  /** Forgets those that arrived, and those from before a time. */
  forgetRedeliveries(before: Date): Promise<void>;
}

const leaseMs = 10 * 60_000;
const atOnce = 500;
const arrived = 'SELECT 1 FROM ai_fix.deliveries WHERE deliveries.guid = redeliveries.guid';

/** What the search for missed webhooks keeps, so that several processes do nothing twice. */
export function createSweepStore(database: Database, now: () => Date): SweepStore {
  return {
    begin: (name, startedBefore) => begin(database, now(), name, startedBefore),
    async end({ name, lease }, { doneUntil, nextAt }) {
      await database.query(
        `UPDATE ai_fix.sweeps SET lease = NULL, leased_until = NULL, next_at = $3,
           done_until = coalesce($4, done_until)
         WHERE name = $1 AND lease = $2`,
        [name, lease, nextAt, doneUntil],
      );
    },
    noteFailed: (failed) => noteFailed(database, now(), failed),
    dueRedeliveries: (maximumAsked) => dueRedeliveries(database, now(), maximumAsked),
    async claimRedelivery(guid, pausesMs) {
      const claimed = await database.query(
        `UPDATE ai_fix.redeliveries SET asked = asked + 1, asked_at = $2,
           next_at = $2::timestamptz + coalesce(($3::float8[])[asked + 1], 0) * interval '1 millisecond'
         WHERE guid = $1 AND next_at <= $2 AND asked < $4 AND NOT EXISTS (${arrived}) RETURNING guid`,
        [guid, now(), pausesMs, pausesMs.length],
      );
      return claimed.length > 0;
    },
    async giveUpRedelivery(guid) {
      await database.query('DELETE FROM ai_fix.redeliveries WHERE guid = $1', [guid]);
    },
    async awaitsRedelivery(repository, askedAfter) {
      const waiting = await database.query(
        `SELECT 1 FROM ai_fix.redeliveries
         WHERE repository_id = $1 AND (asked = 0 OR asked_at > $2) AND NOT EXISTS (${arrived}) LIMIT 1`,
        [repository, askedAfter],
      );
      return waiting.length > 0;
    },
    async forgetRedeliveries(before) {
      await database.query(`DELETE FROM ai_fix.redeliveries WHERE delivered_at < $1 OR EXISTS (${arrived})`, [
        before,
      ]);
    },
  };
}

/** The row is made first: of two that insert at once, the second waits and then finds the lease of the first. */
async function begin(
  database: Database,
  now: Date,
  name: string,
  startedBefore: Date | null,
): Promise<SweepTurn | null> {
  await database.query('INSERT INTO ai_fix.sweeps (name, next_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    name,
    now,
  ]);
  const lease = randomUUID();
  const [row] = await database.query<{ done_until: Date | null }>(
    `UPDATE ai_fix.sweeps SET lease = $2, leased_until = $3, started_at = $4
     WHERE name = $1 AND (leased_until IS NULL OR leased_until <= $4)
       AND (next_at <= $4 OR started_at <= $5) RETURNING done_until`,
    [name, lease, new Date(now.getTime() + leaseMs), now, startedBefore],
  );
  return row === undefined ? null : { name, lease, startedAt: now, doneUntil: row.done_until };
}

async function noteFailed(database: Database, now: Date, failed: readonly FailedDelivery[]): Promise<void> {
  const rows = failed.map(({ deliveredAt, ...rest }) => ({ ...rest, at: deliveredAt.toISOString() }));
  await database.query(
    `INSERT INTO ai_fix.redeliveries (guid, attempt, repository_id, delivered_at, next_at)
     SELECT guid, attempt, repository, at, $2
     FROM json_to_recordset($1) AS x (guid text, attempt bigint, repository bigint, at timestamptz)
     WHERE NOT EXISTS (SELECT 1 FROM ai_fix.deliveries WHERE deliveries.guid = x.guid)
     ON CONFLICT (guid) DO UPDATE SET attempt = excluded.attempt`,
    [JSON.stringify(rows), now],
  );
}

async function dueRedeliveries(
  database: Database,
  now: Date,
  maximumAsked: number,
): Promise<FailedDelivery[]> {
  const rows = await database.query<{
    guid: string;
    attempt: number | string;
    repository_id: number | string | null;
    delivered_at: Date;
  }>(
    `SELECT guid, attempt, repository_id, delivered_at FROM ai_fix.redeliveries
     WHERE next_at <= $1 AND asked < $2 AND NOT EXISTS (${arrived})
     ORDER BY delivered_at, attempt LIMIT ${atOnce}`,
    [now, maximumAsked],
  );
  return rows.map(({ guid, attempt, repository_id, delivered_at }) => ({
    guid,
    attempt: Number(attempt),
    repository: repository_id === null ? null : Number(repository_id),
    deliveredAt: delivered_at,
  }));
}
