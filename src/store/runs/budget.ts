import type { Database, Queryable } from '../database/database.ts';

/** What one day (UTC) may cost, and what a run may cost at most. */
export interface DailyBudget {
  runUsd: number;
  dailyUsd: number;
}

export interface Spending {
  day: string;
  /** Set aside for runs that have not ended. */
  reservedUsd: number;
  spentUsd: number;
}

export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

/** The next midnight UTC, when there is money again. */
export function nextDay(time: Date): string {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate() + 1)).toISOString();
}

/** Sets a run's money aside; false when the day has not so much left. Two at once wait for each other. */
export async function reserve(transaction: Queryable, day: string, budget: DailyBudget): Promise<boolean> {
  await transaction.query('INSERT INTO ai_fix.budget (day) VALUES ($1) ON CONFLICT DO NOTHING', [day]);
  const updated = await transaction.query(
    `UPDATE ai_fix.budget SET reserved_usd = reserved_usd + $2
     WHERE day = $1 AND reserved_usd + spent_usd + $2 <= $3 + 1e-9 RETURNING day`,
    [day, budget.runUsd, budget.dailyUsd],
  );
  return updated.length > 0;
}

/** Gives back what a run had set aside and books what it cost, on the day it was set aside. */
export async function settle(transaction: Queryable, run: string, usd: number): Promise<void> {
  await transaction.query(
    `UPDATE ai_fix.budget SET reserved_usd = greatest(0, budget.reserved_usd - runs.reserved_usd),
       spent_usd = spent_usd + $2
     FROM ai_fix.runs WHERE runs.id = $1 AND budget.day = runs.reserved_on`,
    [run, usd],
  );
}

export async function spendingOn(database: Database, day: string): Promise<Spending> {
  const [row] = await database.query<{ reserved_usd: number; spent_usd: number }>(
    'SELECT reserved_usd, spent_usd FROM ai_fix.budget WHERE day = $1',
    [day],
  );
  return { day, reservedUsd: row?.reserved_usd ?? 0, spentUsd: row?.spent_usd ?? 0 };
}
