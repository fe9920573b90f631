import type { RunRecord, RunState } from '../../core/run-record.ts';
import { type Database, lockFor, type Queryable } from '../database/database.ts';
import { beginProbe, secondsUntilProbe } from './circuit-breaker.ts';
import { type Claim, lost } from './claim.ts';
import type { SendRun } from './create-run.ts';
import type { RepositoryKey } from './find-runs.ts';
import { type RunRow, runColumns, runOf } from './run-row.ts';

/** A run in a worker's hands. Only the latest claim's token can write. */
export interface ClaimedRun {
  run: RunRecord;
  token: number;
  /** 1 at the first time; more when a worker died or stopped before the end. */
  attempt: number;
  /** The run's, known also where its request is damaged. */
  repository: RepositoryKey;
}

/** Nothing is given out for some seconds: what every run needs does not work. */
export interface Withheld {
  seconds: number;
}

/** While one run tries whether the trouble is over, the others wait this long at most. */
const secondsToTry = 300;

/**
 * Gives a job's run to a worker: the one it had before, if the job is done again, else the next one that waits. Next
 * is the installation with the fewest runs at work, then the one whose turn is longest ago, so that many runs of one
 * do not hold up another's; then the oldest run. Null when there is none left to do.
 */
export function claimRun(
  database: Database,
  now: Date,
  job: string,
  worker: string,
): Promise<ClaimedRun | Withheld | null> {
  return database.transaction(async (transaction) => {
    await lockFor(transaction, 'claim');
    const [next] = await transaction.query<{ id: string; state: string }>(
      `SELECT id, state FROM ai_fix.runs AS next
       WHERE (state = 'queued' AND released AND (not_before IS NULL OR not_before <= now()))
         OR (state = 'running' AND job = $1)
       ORDER BY state = 'queued',
         (SELECT count(*) FROM ai_fix.runs AS other WHERE state = 'running' AND ${sameInstallation}),
         (SELECT max(started_at) FROM ai_fix.runs AS other WHERE ${sameInstallation}) NULLS FIRST,
         id
       LIMIT 1`,
      [job],
    );
    if (next === undefined) return null;
    if (next.state === 'queued') {
      const seconds = await secondsUntilProbe(transaction);
      if (seconds > 0) return { seconds };
      await beginProbe(transaction, next.id, secondsToTry);
    }
    const [row] = await transaction.query<RunRow & { host: string; repository_id: number | string }>(
      `UPDATE ai_fix.runs SET state = 'running', token = token + 1, job = $2, worker = $3, not_before = NULL,
         started_at = coalesce(started_at, $4)
       WHERE id = $1 RETURNING ${runColumns}, host, repository_id`,
      [next.id, job, worker, now],
    );
    if (row === undefined) return null;
    const repository = { host: row.host, id: Number(row.repository_id) };
    return { run: runOf(row), token: row.token, attempt: row.token, repository };
  });
}

const sameInstallation = 'other.host = next.host AND other.installation_id = next.installation_id';

export interface Pause {
  /** Until somebody may go on with the run. */
  seconds: number;
  /** What it has cost so far. */
  usd: number;
}

/**
 * Gives a run back, to be gone on with by any worker after some seconds. Rejects with `run_lost` when the token is no
 * longer the run's.
 */
export function parkRun(
  database: Database,
  sendRun: SendRun,
  { run, token }: Claim,
  { seconds, usd }: Pause,
): Promise<void> {
  return database.transaction(async (transaction) => {
    const parked = await transaction.query(
      `UPDATE ai_fix.runs SET state = 'queued', job = NULL, usd = $4, not_before = now() + make_interval(secs => $3)
       WHERE id = $1 AND token = $2 AND state = 'running' RETURNING id`,
      [run, token, seconds, usd],
    );
    if (parked.length > 0) return sendRun(transaction, run, seconds);
    // an earlier call may have parked it whose answer was lost
    if (!(await isHeld(transaction, { run, token }, 'queued'))) throw lost(run);
  });
}

/** Rejects with `run_lost` when another worker has the run, or it has ended. */
export async function checkClaim(database: Database, claim: Claim): Promise<void> {
  if (!(await isAtWork(database, claim))) throw lost(claim.run);
}

/** Whether a run is at work under this claim. */
export function isAtWork(database: Queryable, claim: Claim): Promise<boolean> {
  return isHeld(database, claim, 'running');
}

/** Whether a run is in that state, and this claim its latest. */
export async function isHeld(database: Queryable, { run, token }: Claim, state: RunState): Promise<boolean> {
  const condition = 'id = $1 AND token = $2 AND state = $3';
  const held = await database.query(`SELECT id FROM ai_fix.runs WHERE ${condition}`, [run, token, state]);
  return held.length > 0;
}
