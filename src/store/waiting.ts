import type { Database } from './database.ts';

/** The runs that wait for a worker, and since when the oldest of them does. */
export async function waitingRuns(database: Database): Promise<{ runs: number; since: Date | null }> {
  const [row] = await database.query<{ runs: number; since: Date | null }>(
    `SELECT count(*)::integer AS runs, min(created_at) AS since FROM ai_fix.runs
     WHERE state = 'queued' AND released`,
  );
  return row ?? { runs: 0, since: null };
}
