import { type Database, type Queryable, tryLockFor } from '../database/database.ts';

/** Runs and budget tell what was done and what it cost: they stay for more than a year. */
const recordDays = 400;

const runsAtOnce = 50;
const rowsAtOnce = 1000;

/**
 * Deletes the events of runs that ended, deliveries, and baselines that nobody used, of more than `days` ago; then runs
 * and budgets of more than a year ago. In small transactions, by one process at a time. How many rows.
 *
 * A run keeps its row with request, outcome and pull request: more a retry does not read.
 */
export async function deleteOld(database: Database, now: Date, days: number): Promise<number> {
  const [recent, old] = [before(now, days), before(now, Math.max(days, recordDays))];
  let rows = 0;
  rows += await inBatches(database, (transaction) => deleteEvents(transaction, recent));
  for (const table of ['deliveries', 'baselines'] as const)
    rows += await inBatches(database, (transaction) => deleteRows(transaction, table, recent));
  for (const table of ['runs', 'budget'] as const)
    rows += await inBatches(database, (transaction) => deleteRows(transaction, table, old));
  return rows;
}

function before(now: Date, days: number): string {
  return new Date(now.getTime() - days * 24 * 3_600_000).toISOString();
}

async function inBatches(
  database: Database,
  deleteSome: (transaction: Queryable) => Promise<number>,
): Promise<number> {
  for (let total = 0; ; ) {
    const some = await database.transaction(async (transaction) =>
      (await tryLockFor(transaction, 'housekeeping')) ? deleteSome(transaction) : 0,
    );
    if (some === 0) return total;
    total += some;
  }
}

/** All of a run's at once, so that a log is whole or not there. */
async function deleteEvents(transaction: Queryable, time: string): Promise<number> {
  const runs = await transaction.query<{ id: string }>(
    `UPDATE ai_fix.runs SET events = 0 WHERE id IN (
       SELECT id FROM ai_fix.runs WHERE state = 'ended' AND ended_at < $1 AND events > 0
       ORDER BY ended_at LIMIT ${runsAtOnce}
     ) RETURNING id`,
    [time],
  );
  const ids = runs.map(({ id }) => id);
  for (const table of ['run_events', 'work_trees'])
    await transaction.query(`DELETE FROM ai_fix.${table} WHERE run_id = ANY ($1::text[])`, [ids]);
  return runs.length;
}

/** What goes as it is, with the column that names a row and the condition that makes it old. */
const aged = {
  deliveries: ['guid', 'received_at < $1'],
  baselines: ['key', 'used_at < $1'],
  runs: ['id', "state = 'ended' AND ended_at < $1"],
  budget: ['day', 'day < $1::date'],
} as const;

async function deleteRows(transaction: Queryable, table: keyof typeof aged, time: string): Promise<number> {
  const [key, isOld] = aged[table];
  const deleted = await transaction.query(
    `DELETE FROM ai_fix.${table} WHERE ${key} IN (
       SELECT ${key} FROM ai_fix.${table} WHERE ${isOld} LIMIT ${rowsAtOnce}
     ) RETURNING ${key}`,
    [time],
  );
  return deleted.length;
}
