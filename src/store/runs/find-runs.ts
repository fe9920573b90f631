import type { RunRecord } from '../../core/run-record.ts';
import type { Repository } from '../../core/trigger.ts';
import type { Database, Queryable } from '../database/database.ts';
import { isReadable } from './check-stored.ts';
import { firstRun, type RunRow, runColumns, runOf } from './run-row.ts';

export type RepositoryKey = Pick<Repository, 'host' | 'id'>;

/** Repositories that an installation lost: some by id, or all. */
export interface Removal {
  host: string;
  installation: number;
  repositories: readonly number[] | 'all';
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
