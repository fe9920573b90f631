import type { RunEnd, RunRecord } from '../../core/run-record.ts';
import { type Database, lockFor, type Queryable } from '../database/database.ts';
import { settle } from './budget.ts';
import { type Claim, lost } from './claim.ts';
import { isHeld } from './claim-run.ts';
import { getRun } from './find-runs.ts';
import { appendEvents } from './run-events.ts';
import { firstRun, type RunRow, runColumns } from './run-row.ts';

/** How a run ended, and what it cost. */
interface FinalState extends RunEnd {
  usd: number;
}

/** Ends a run, settles its budget and forgets its work tree. Rejects with `run_lost` when the token is no longer the run's. */
export function endRun(database: Database, now: Date, claim: Claim, end: FinalState): Promise<RunRecord> {
  return database.transaction((transaction) => endWithin(transaction, now, claim, end));
}

async function endWithin(
  transaction: Queryable,
  now: Date,
  { run, token }: Claim,
  { outcome, why, published, usd }: FinalState,
): Promise<RunRecord> {
  const ended = firstRun(
    await transaction.query<RunRow>(
      `UPDATE ai_fix.runs SET state = 'ended', outcome = $3, why = $4, published = $5,
         pull_number = coalesce($6, pull_number), usd = $7, ended_at = $8
       WHERE id = $1 AND token = $2 AND state = 'running' RETURNING ${runColumns}`,
      [
        run,
        token,
        outcome,
        plain(why),
        published && JSON.stringify(published),
        published?.pull ?? null,
        usd,
        now,
      ],
    ),
  );
  if (ended === null) return findEnded(transaction, { run, token });
  await settle(transaction, run, usd);
  // kept to go on with the run, which nobody does any more
  await transaction.query('DELETE FROM ai_fix.work_trees WHERE run_id = $1', [run]);
  return ended;
}

/** The run, where an earlier call ended it and its answer was lost. */
async function findEnded(transaction: Queryable, claim: Claim): Promise<RunRecord> {
  const ended = (await isHeld(transaction, claim, 'ended')) ? await getRun(transaction, claim.run) : null;
  if (ended === null) throw lost(claim.run);
  return ended;
}

/**
 * Asks a run to stop; the first reason stays. A run that waits ends at once, a running one when its worker has seen it.
 * The answer is the run as it is now, null when there is no such run.
 */
export function requestCancel(
  database: Database,
  now: Date,
  id: string,
  reason: string,
): Promise<RunRecord | null> {
  return database.transaction(async (transaction) => {
    // no worker claims it in the meantime, or passes it over because it is locked
    await lockFor(transaction, 'claim');
    const [waiting] = await transaction.query<{ token: number; usd: number }>(
      `UPDATE ai_fix.runs SET cancel_reason = $2, state = 'running', token = token + 1,
         facts = facts || '{"concluded": false}'
       WHERE id = $1 AND state = 'queued' RETURNING token, usd`,
      [id, reason],
    );
    if (waiting !== undefined) {
      const { token, usd } = waiting;
      const claim = { run: id, token };
      const end = { outcome: 'cancelled', why: reason } as const;
      await appendEvents(transaction, now, { ...claim, last: null }, [{ type: 'outcome', ...end }]);
      return endWithin(transaction, now, claim, { ...end, published: null, usd });
    }
    await transaction.query(
      `UPDATE ai_fix.runs SET cancel_reason = coalesce(cancel_reason, $2) WHERE id = $1 AND state = 'running'`,
      [id, reason],
    );
    return getRun(transaction, id);
  });
}

/** PostgreSQL's text holds no NUL, and what a command printed may. */
function plain(text: string): string {
  return text.replaceAll('\u0000', '');
}
