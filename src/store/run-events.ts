import { OperationalError } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import type { StoredEvent } from '../core/run-record.ts';
import { checkEvents } from './check-stored.ts';
import type { Database, Queryable } from './database.ts';

/** Raise it when an older event can no longer be read as it is, and convert old ones in `readEvents`. */
const eventVersion = 1;

/**
 * Adds an event to a run's log. Rejects with `run_lost` when the token is no longer the run's: another worker went on
 * with it, or it has ended.
 */
export async function appendEvent(
  database: Queryable,
  now: Date,
  run: string,
  token: number,
  event: RunEvent,
): Promise<StoredEvent> {
  const [row] = await database.query<{ number: number }>(
    `WITH mine AS (
       UPDATE ai_fix.runs SET events = events + 1 WHERE id = $1 AND token = $2 AND state = 'running' RETURNING events
     )
     INSERT INTO ai_fix.run_events (run_id, number, at, version, event)
     SELECT $1, events, $3, $4, $5 FROM mine RETURNING number`,
    [run, token, now.toISOString(), eventVersion, JSON.stringify(event)],
  );
  if (row === undefined) throw lost(run);
  return { number: row.number, at: now.toISOString(), event };
}

/** A run's events in order, from the one after number `after`. */
export async function readEvents(database: Database, run: string, after: number): Promise<StoredEvent[]> {
  const rows = await database.query<{ number: number; at: Date; version: number; event: RunEvent }>(
    'SELECT number, at, version, event FROM ai_fix.run_events WHERE run_id = $1 AND number > $2 ORDER BY number',
    [run, after],
  );
  const newer = rows.find(({ version }) => version > eventVersion);
  if (newer !== undefined) throw tooNew(run, newer.version);
  checkEvents(run, after, rows);
  return rows.map(({ number, at, event }) => ({ number, at: at.toISOString(), event }));
}

export function lost(run: string): OperationalError {
  return new OperationalError(
    'run_lost',
    `Run ${run} is no longer this worker's: another worker took it over, or it has ended. Nothing more is written.`,
  );
}

function tooNew(run: string, version: number): OperationalError {
  return new OperationalError(
    'data_too_new',
    `Run ${run} was written by a newer ai-fix (events of version ${version}; this one knows ${eventVersion}).\n` +
      'Start that newer version, or wait until the run has ended there.',
  );
}
