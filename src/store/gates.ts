import type { ErrorCode } from '../core/errors.ts';
import { type Database, lockFor, type Queryable } from './database.ts';

/** Why no run is given out for the time being: what all of them need does not work. */
export interface Trouble {
  code: ErrorCode;
  why: string;
  /** ISO 8601. */
  since: string;
}

/** How long a gate stays shut before one run tries again, by how often it was shut in a row: seconds. */
export type Pauses = (closings: number) => number;

interface GateRow {
  code: ErrorCode;
  why: string;
  since: Date;
  /** Seconds until one run may try; 0 and less: now. */
  wait: number;
}

const gate = 'model';

/**
 * Shuts the gate before the runs that wait, because the model fails for a reason that every run would meet. Only the
 * run that was let through to try shuts it for longer.
 */
export async function closeGate(
  database: Database,
  run: string,
  { code, why }: Pick<Trouble, 'code' | 'why'>,
  pauses: Pauses,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await lockFor(transaction, 'claim');
    const [known] = await transaction.query<{ closings: number; probe: string | null }>(
      'SELECT closings, probe FROM ai_fix.gates WHERE name = $1',
      [gate],
    );
    if (known !== undefined && known.probe !== run) return;
    const closings = (known?.closings ?? 0) + 1;
    await transaction.query(
      `INSERT INTO ai_fix.gates (name, code, why, until, closings)
       VALUES ($1, $2, $3, now() + make_interval(secs => $4), $5)
       ON CONFLICT (name) DO UPDATE SET code = $2, why = $3, until = excluded.until, closings = $5, probe = NULL`,
      [gate, code, why, pauses(closings), closings],
    );
  });
}

/** Opens the gate; false when it was open. */
export async function openGate(database: Queryable): Promise<boolean> {
  const opened = await database.query('DELETE FROM ai_fix.gates WHERE name = $1 RETURNING name', [gate]);
  return opened.length > 0;
}

/** Lets one run try at once: whoever starts a server may have mended what was wrong. */
export async function tryGate(database: Queryable): Promise<void> {
  await database.query('UPDATE ai_fix.gates SET until = now() WHERE name = $1', [gate]);
}

export async function troubleIn(database: Queryable): Promise<Trouble | null> {
  const row = await readGate(database);
  return row === null ? null : { code: row.code, why: row.why, since: row.since.toISOString() };
}

/** Seconds until a run may be given out; 0: at once. */
export async function gateWait(transaction: Queryable): Promise<number> {
  return Math.max(0, (await readGate(transaction))?.wait ?? 0);
}

/** The others wait while this run tries. */
export async function letThrough(transaction: Queryable, run: string, seconds: number): Promise<void> {
  await transaction.query(
    `UPDATE ai_fix.gates SET probe = $2, until = now() + make_interval(secs => $3) WHERE name = $1`,
    [gate, run, seconds],
  );
}

async function readGate(database: Queryable): Promise<GateRow | null> {
  const [row] = await database.query<GateRow>(
    `SELECT code, why, since, extract(epoch FROM until - now())::float8 AS wait FROM ai_fix.gates WHERE name = $1`,
    [gate],
  );
  return row ?? null;
}
