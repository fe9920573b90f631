import type { ErrorCode } from '../../core/errors.ts';
import { type Database, lockFor, type Queryable } from '../database/database.ts';

/** Why no run is given out for the time being: what all of them need does not work. */
export interface Trouble {
  code: ErrorCode;
  why: string;
  /** ISO 8601. */
  since: string;
}

/** How long the breaker stays open before one run tries again, by how often it opened in a row: seconds. */
export type Pauses = (trips: number) => number;

interface BreakerRow {
  code: ErrorCode;
  why: string;
  since: Date;
  /** Seconds until one run may try; 0 and less: now. */
  wait: number;
}

const breaker = 'model';

/*
 * A circuit breaker before the model: open, it keeps back the runs that wait; half open, one of them tries; closed, it is
 * not there. Its row is in `gates`, and its `closings` count how often it opened in a row.
 */

/**
 * Opens the breaker, because the model fails for a reason that every run would meet. Only the run that was let through
 * to try opens it for longer.
 */
export async function tripBreaker(
  database: Database,
  run: string,
  { code, why }: Pick<Trouble, 'code' | 'why'>,
  pauses: Pauses,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await lockFor(transaction, 'claim');
    const [known] = await transaction.query<{ closings: number; probe: string | null }>(
      'SELECT closings, probe FROM ai_fix.gates WHERE name = $1',
      [breaker],
    );
    if (known !== undefined && known.probe !== run) return;
    const trips = (known?.closings ?? 0) + 1;
    await transaction.query(
      `INSERT INTO ai_fix.gates (name, code, why, until, closings)
       VALUES ($1, $2, $3, now() + make_interval(secs => $4), $5)
       ON CONFLICT (name) DO UPDATE SET code = $2, why = $3, until = excluded.until, closings = $5, probe = NULL`,
      [breaker, code, why, pauses(trips), trips],
    );
  });
}

/** Closes the breaker; false when it was closed. */
export async function resetBreaker(database: Queryable): Promise<boolean> {
  const closed = await database.query('DELETE FROM ai_fix.gates WHERE name = $1 RETURNING name', [breaker]);
  return closed.length > 0;
}

/** Lets one run try at once: whoever starts a server may have mended what was wrong. */
export async function probeNow(database: Queryable): Promise<void> {
  await database.query('UPDATE ai_fix.gates SET until = now() WHERE name = $1', [breaker]);
}

export async function troubleIn(database: Queryable): Promise<Trouble | null> {
  const row = await readBreaker(database);
  return row === null ? null : { code: row.code, why: row.why, since: row.since.toISOString() };
}

/** Seconds until a run may be given out; 0: at once. */
export async function secondsUntilProbe(transaction: Queryable): Promise<number> {
  return Math.max(0, (await readBreaker(transaction))?.wait ?? 0);
}

/** The others wait while this run tries. */
export async function beginProbe(transaction: Queryable, run: string, seconds: number): Promise<void> {
  await transaction.query(
    `UPDATE ai_fix.gates SET probe = $2, until = now() + make_interval(secs => $3) WHERE name = $1`,
    [breaker, run, seconds],
  );
}

async function readBreaker(database: Queryable): Promise<BreakerRow | null> {
  const [row] = await database.query<BreakerRow>(
    `SELECT code, why, since, extract(epoch FROM until - now())::float8 AS wait FROM ai_fix.gates WHERE name = $1`,
    [breaker],
  );
  return row ?? null;
}
