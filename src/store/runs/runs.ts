import type { Posted, RunEnd, RunRecord, RunState } from '../../core/run-record.ts';
import type { Repository } from '../../core/trigger.ts';
import { type Database, lockFor, type Queryable } from '../database/database.ts';
import { settle } from './budget.ts';
import { isReadable } from './check-stored.ts';
import { beginProbe, secondsUntilProbe } from './circuit-breaker.ts';
import type { SendRun } from './create-run.ts';
import { appendEvents, lost } from './run-events.ts';
import { firstRun, type RunRow, runColumns, runOf } from './run-row.ts';

export type RepositoryKey = Pick<Repository, 'host' | 'id'>;

/** Repositories that an installation lost: some by id, or all. */
export interface Removal {
  host: string;
  installation: number;
  repositories: readonly number[] | 'all';
}

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
  id: string,
  token: number,
  { seconds, usd }: Pause,
): Promise<void> {
  return database.transaction(async (transaction) => {
    const parked = await transaction.query(
      `UPDATE ai_fix.runs SET state = 'queued', job = NULL, usd = $4, not_before = now() + make_interval(secs => $3)
       WHERE id = $1 AND token = $2 AND state = 'running' RETURNING id`,
      [id, token, seconds, usd],
    );
    if (parked.length > 0) return sendRun(transaction, id, seconds);
    // an earlier call may have parked it whose answer was lost
    if (!(await isHeld(transaction, id, token, 'queued'))) throw lost(id);
  });
}

/** Rejects with `run_lost` when another worker has the run, or it has ended. */
export async function checkClaim(database: Database, id: string, token: number): Promise<void> {
  if (!(await isAtWork(database, id, token))) throw lost(id);
}

/** Whether a run is at work under this claim. */
export function isAtWork(database: Queryable, id: string, token: number): Promise<boolean> {
  return isHeld(database, id, token, 'running');
}

async function isHeld(database: Queryable, id: string, token: number, state: RunState): Promise<boolean> {
  const condition = 'id = $1 AND token = $2 AND state = $3';
  const held = await database.query(`SELECT id FROM ai_fix.runs WHERE ${condition}`, [id, token, state]);
  return held.length > 0;
}

/** Ends a run, settles its budget and forgets its work tree. Rejects with `run_lost` when the token is no longer the run's. */
export function endRun(
  database: Database,
  now: Date,
  id: string,
  token: number,
  end: RunEnd,
  usd: number,
): Promise<RunRecord> {
  return database.transaction((transaction) => endWithin(transaction, now, id, token, end, usd));
}

async function endWithin(
  transaction: Queryable,
  now: Date,
  id: string,
  token: number,
  { outcome, why, published }: RunEnd,
  usd: number,
): Promise<RunRecord> {
  const ended = firstRun(
    await transaction.query<RunRow>(
      `UPDATE ai_fix.runs SET state = 'ended', outcome = $3, why = $4, published = $5,
         pull_number = coalesce($6, pull_number), usd = $7, ended_at = $8
       WHERE id = $1 AND token = $2 AND state = 'running' RETURNING ${runColumns}`,
      [
        id,
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
  if (ended === null) return findEnded(transaction, id, token);
  await settle(transaction, id, usd);
  // kept to go on with the run, which nobody does any more
  await transaction.query('DELETE FROM ai_fix.work_trees WHERE run_id = $1', [id]);
  return ended;
}

/** The run, where an earlier call ended it and its answer was lost. */
async function findEnded(transaction: Queryable, id: string, token: number): Promise<RunRecord> {
  const run = (await isHeld(transaction, id, token, 'ended')) ? await getRun(transaction, id) : null;
  if (run === null) throw lost(id);
  return run;
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
      const end: RunEnd = { outcome: 'cancelled', why: reason, published: null };
      const { token, usd } = waiting;
      const position = { run: id, token, last: null };
      const { outcome, why } = end;
      await appendEvents(transaction, now, position, [{ type: 'outcome', outcome, why }]);
      return endWithin(transaction, now, id, token, end, usd);
    }
    await transaction.query(
      `UPDATE ai_fix.runs SET cancel_reason = coalesce(cancel_reason, $2) WHERE id = $1 AND state = 'running'`,
      [id, reason],
    );
    return getRun(transaction, id);
  });
}

export async function getRun(database: Queryable, id: string): Promise<RunRecord | null> {
  return firstRun(await database.query<RunRow>(`SELECT ${runColumns} FROM ai_fix.runs WHERE id = $1`, [id]));
}

/** The run that waits or is at work for an issue or pull request. */
export async function findLiveRun(
  database: Database,
  repository: RepositoryKey,
  number: number,
): Promise<RunRecord | null> {
  return firstRun(await runsAbout(database, repository, number, `AND state <> 'ended'`));
}

/** The newest run about an issue or pull request, live or ended. */
export async function latestRun(
  database: Database,
  repository: RepositoryKey,
  number: number,
): Promise<RunRecord | null> {
  return firstRun(await runsAbout(database, repository, number, ''));
}

/**
 * Runs whose request is damaged left out: whoever asks again must not stumble over them. GitHub numbers issues and pull
 * requests of a repository in one sequence, so one number is enough.
 */
async function runsAbout(
  database: Database,
  { host, id }: RepositoryKey,
  number: number,
  condition: string,
): Promise<RunRow[]> {
  const rows = await database.query<RunRow>(
    `SELECT ${runColumns} FROM ai_fix.runs
     WHERE host = $1 AND repository_id = $2 AND (issue_number = $3 OR pull_number = $3) ${condition}
     ORDER BY created_at DESC, id DESC`,
    [host, id, number],
  );
  return rows.filter(({ request }) => isReadable(request));
}

/** The runs that must end because an installation lost their repositories. */
export async function findLiveRuns(
  database: Database,
  { host, installation, repositories }: Removal,
): Promise<RunRecord[]> {
  const rows = await database.query<RunRow>(
    `SELECT ${runColumns} FROM ai_fix.runs
     WHERE state <> 'ended' AND host = $1 AND installation_id = $2
       AND ($3 OR repository_id = ANY ($4::bigint[]))
     ORDER BY id`,
    [host, installation, repositories === 'all', repositories === 'all' ? [] : repositories],
  );
  return rows.map(runOf);
}

/**
 * Notes what was put on GitHub, so that it is found again; other facts stay. With a token rejects with `run_lost` when
 * that is no longer the run's.
 */
export async function setPosted(
  database: Database,
  id: string,
  facts: Posted,
  token: number | null,
): Promise<void> {
  const noted = await database.query(
    `UPDATE ai_fix.runs SET facts = facts || $2::jsonb
     WHERE id = $1 AND ($3::integer IS NULL OR (token = $3 AND state = 'running')) RETURNING id`,
    [id, JSON.stringify(facts), token],
  );
  if (token !== null && noted.length === 0) throw lost(id);
}

/** PostgreSQL's text holds no NUL, and what a command printed may. */
function plain(text: string): string {
  return text.replaceAll('\u0000', '');
}
