import type { Posted } from '../../core/run-record.ts';
import type { Database } from '../database/database.ts';
import { lost } from './claim.ts';

/**
 * Notes what was put on GitHub, so that it is found again; what was noted before stays. With a token rejects with `run_lost` when
 * that is no longer the run's.
 */
export async function setPosted(
  database: Database,
  id: string,
  posted: Posted,
  token: number | null,
): Promise<void> {
  const noted = await database.query(
    `UPDATE ai_fix.runs SET facts = facts || $2::jsonb
     WHERE id = $1 AND ($3::integer IS NULL OR (token = $3 AND state = 'running')) RETURNING id`,
    [id, JSON.stringify(posted), token],
  );
  if (token !== null && noted.length === 0) throw lost(id);
}
