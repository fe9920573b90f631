import type { Database } from '../database/database.ts';

/**
 * The runs that wait for a worker, and since when the oldest of those does that could be taken: not one that was parked
 * for later, and none while all wait for the model.
 */
export async function waitingRuns(database: Database): Promise<{ runs: number; since: Date | null }> {
  const [row] = await database.query<{ runs: number; since: Date | null }>(
    `SELECT count(*)::integer AS runs,
       min(greatest(created_at, not_before)) FILTER (
         WHERE coalesce(not_before <= now(), true) AND NOT EXISTS (SELECT FROM ai_fix.gates)
       ) AS since
     FROM ai_fix.runs WHERE state = 'queued' AND released`,
  );
  return row ?? { runs: 0, since: null };
}
