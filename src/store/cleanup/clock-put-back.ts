import type { Database } from '../database/database.ts';

/**
 * Lets go on at once what waits for a time that was reckoned by a clock which has been put back since: it would wait as
 * much longer. What lies ahead of now tells of it. Whoever comes too early waits again.
 */
export async function forgetTimesAhead(database: Database): Promise<void> {
  const ahead = "now() + interval '30 seconds'";
  await database.transaction(async (transaction) => {
    await transaction.query(
      `UPDATE ai_fix.runs SET not_before = NULL
       WHERE state = 'queued' AND not_before > now()
         AND EXISTS (SELECT FROM ai_fix.run_events WHERE run_id = runs.id AND at > ${ahead})`,
    );
    await transaction.query(
      `UPDATE ai_fix.sweeps
       SET next_at = now(), leased_until = NULL,
         done_until = CASE WHEN done_until < ${ahead} THEN done_until END
       WHERE started_at > ${ahead}`,
    );
    await transaction.query(`UPDATE ai_fix.redeliveries SET next_at = now() WHERE asked_at > ${ahead}`);
  });
}
