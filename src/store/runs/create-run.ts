import type { RunRecord, RunRequest } from '../../core/run-record.ts';
import { type Database, lockFor, type Queryable } from '../database/database.ts';
import { type DailyBudget, dayOf, nextDay, reserve } from './budget.ts';
import { createRunId } from './run-id.ts';
import { firstRun, type RunRow, runColumns, runOf } from './run-row.ts';

export interface NewRun {
  request: RunRequest;
  /** The delivery that asked for it: creating a run again for the same delivery gives the same run. */
  delivery: string | null;
  /** Null: as much as it takes. */
  budget: DailyBudget | null;
}

export type RunCreation =
  | { created: true; run: RunRecord }
  | { created: false; why: 'live'; live: RunRecord }
  /** `resumesAt` is null when a run costs more than any day has. */
  | { created: false; why: 'budget'; resumesAt: string | null };

/** Queues a ticket for a run, to be had after some seconds. */
export type SendRun = (transaction: Queryable, run: string, seconds?: number) => Promise<void>;

/**
 * Creates a run and its part of the budget: all or nothing, and one live run for each issue. No worker gets it before
 * it is released, so that it can be announced first.
 */
export function createRun(
  database: Database,
  now: Date,
  { request, delivery, budget }: NewRun,
): Promise<RunCreation> {
  const { host, id } = request.repository;
  return database.transaction(async (transaction): Promise<RunCreation> => {
    await lockFor(transaction, 'create', `${host}/${id}/${request.issue.number}`);
    const earlier = delivery === null ? null : await findByDelivery(transaction, delivery);
    if (earlier !== null) return { created: true, run: earlier };
    const live = await findLive(transaction, request);
    if (live !== null) return { created: false, why: 'live', live };
    if (budget !== null && !(await reserve(transaction, dayOf(now), budget))) {
      return {
        created: false,
        why: 'budget',
        resumesAt: budget.runUsd > budget.dailyUsd ? null : nextDay(now),
      };
    }
    return { created: true, run: await insert(transaction, now, { request, delivery, budget }) };
  });
}

/** Lets workers have a run, once: a second call does nothing. */
export function releaseRun(database: Database, sendRun: SendRun, id: string): Promise<void> {
  return database.transaction(async (transaction) => {
    const released = await transaction.query(
      'UPDATE ai_fix.runs SET released = true WHERE id = $1 AND NOT released RETURNING id',
      [id],
    );
    if (released.length > 0) await sendRun(transaction, id);
  });
}

/** The run that a delivery started. */
export async function findByDelivery(transaction: Queryable, delivery: string): Promise<RunRecord | null> {
  return firstRun(
    await transaction.query<RunRow>(`SELECT ${runColumns} FROM ai_fix.runs WHERE delivery = $1`, [delivery]),
  );
}

async function findLive(
  transaction: Queryable,
  { repository, issue }: RunRequest,
): Promise<RunRecord | null> {
  return firstRun(
    await transaction.query<RunRow>(
      `SELECT ${runColumns} FROM ai_fix.runs
       WHERE host = $1 AND repository_id = $2 AND issue_number = $3 AND state <> 'ended'`,
      [repository.host, repository.id, issue.number],
    ),
  );
}

async function insert(
  transaction: Queryable,
  now: Date,
  { request, delivery, budget }: NewRun,
): Promise<RunRecord> {
  const { host, installation, id } = request.repository;
  const [row] = await transaction.query<RunRow>(
    `INSERT INTO ai_fix.runs (id, host, installation_id, repository_id, issue_number, pull_number, delivery, request,
       reserved_usd, reserved_on, created_at, asked_at, label_event)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING ${runColumns}`,
    [
      createRunId(now),
      host,
      installation,
      id,
      request.issue.number,
      request.pull?.number ?? null,
      delivery,
      JSON.stringify(request),
      budget?.runUsd ?? 0,
      dayOf(now),
      now.toISOString(),
      request.askedAt ?? null,
      request.place.kind === 'label' ? (request.place.event ?? null) : null,
    ],
  );
  if (row === undefined) throw new Error('an inserted run gave no row');
  return runOf(row);
}
