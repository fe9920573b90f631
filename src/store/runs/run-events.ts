import { OperationalError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import type { StoredEvent } from '../../core/run-record.ts';
import type { Database, Queryable } from '../database/database.ts';
import { checkEvents } from './check-stored.ts';
import { type Claim, lost } from './claim.ts';

/** Raise it when an older event can no longer be read as it is, and convert old ones in `readEvents`. */
const eventVersion = 5;

/** Whose log it is, and how far it was written when the writer last looked; null: however far it is. */
export interface LogPosition extends Claim {
  last: number | null;
}

/**
 * Adds events to a run's log, all or none, and keeps the newest checkpoint's content beside it. Made again after an
 * answer was lost, it finds that they are there. Rejects with `run_lost` when the token is no longer the run's: another
 * worker went on with it, or it has ended.
 */
export async function appendEvents(
  database: Queryable,
  now: Date,
  position: LogPosition,
  events: readonly RunEvent[],
): Promise<StoredEvent[]> {
  const { run, token, last } = position;
  const lines = events.map((event) => JSON.stringify(withoutContent(event)));
  const rows = await database.query<{ number: number }>(
    `WITH mine AS (
       UPDATE ai_fix.runs SET events = events + $4
       WHERE id = $1 AND token = $2 AND state = 'running' AND events = coalesce($3, events)
       RETURNING events - $4 AS before
     ), kept AS (
       INSERT INTO ai_fix.work_trees (run_id, content)
       SELECT $1, $8::bytea FROM mine WHERE $8::bytea IS NOT NULL
       ON CONFLICT (run_id) DO UPDATE SET content = excluded.content
     )
     INSERT INTO ai_fix.run_events (run_id, number, at, version, event)
     SELECT $1, before + place, $5, $6, line::json
     FROM mine, unnest($7::text[]) WITH ORDINALITY AS given (line, place) ORDER BY place RETURNING number`,
    [run, token, last, events.length, now.toISOString(), eventVersion, lines, contentIn(events)],
  );
  if (rows.length === 0) return findWritten(database, position, lines);
  return events.map((event, index) => ({
    number: rows[index]?.number ?? 0,
    at: now.toISOString(),
    event: withoutContent(event),
  }));
}

function withoutContent(event: RunEvent): RunEvent {
  if (event.type !== 'checkpoint') return event;
  const { content: _, ...rest } = event;
  return rest;
}

function contentIn(events: readonly RunEvent[]): Uint8Array | null {
  const kept = events.findLast((event) => event.type === 'checkpoint' && event.content !== undefined);
  return kept?.type === 'checkpoint' ? (kept.content ?? null) : null;
}

/** The events, where an earlier call wrote them and its answer was lost. */
async function findWritten(
  database: Queryable,
  { run, token, last }: LogPosition,
  lines: readonly string[],
): Promise<StoredEvent[]> {
  if (last === null) throw lost(run);
  const rows = await database.query<{ number: number; at: Date; line: string }>(
    `SELECT number, at, event::text AS line FROM ai_fix.run_events JOIN ai_fix.runs ON runs.id = run_id
     WHERE run_id = $1 AND token = $2 AND state = 'running' AND number > $3 ORDER BY number`,
    [run, token, last],
  );
  const isOurs = rows.length === lines.length && rows.every(({ line }, index) => line === lines[index]);
  if (!isOurs) throw lost(run);
  return rows.map(({ number, at, line }) => ({ number, at: at.toISOString(), event: JSON.parse(line) }));
}

/** A run's events in order, from the one after number `after`. */
export async function readEvents(database: Queryable, run: string, after: number): Promise<StoredEvent[]> {
  const rows = await database.query<{ number: number; at: Date; version: number; event: RunEvent }>(
    'SELECT number, at, version, event FROM ai_fix.run_events WHERE run_id = $1 AND number > $2 ORDER BY number',
    [run, after],
  );
  const newer = rows.find(({ version }) => version > eventVersion);
  if (newer !== undefined) throw tooNew(run, newer.version);
  checkEvents(run, after, rows);
  return rows.map(({ number, at, event }) => ({ number, at: at.toISOString(), event }));
}

/** The changed files of the run's newest checkpoint that could be kept. */
export async function readWorkTree(database: Database, run: string): Promise<Uint8Array | null> {
  const [row] = await database.query<{ content: Uint8Array }>(
    'SELECT content FROM ai_fix.work_trees WHERE run_id = $1',
    [run],
  );
  return row?.content ?? null;
}

function tooNew(run: string, version: number): OperationalError {
  return new OperationalError(
    'data_too_new',
    `Run ${run} was written by a newer ai-fix (events of version ${version}; this one knows ${eventVersion}).\n` +
      'Start that newer version, or wait until the run has ended there.',
  );
}
