import type { Outcome } from '../../core/outcome.ts';
import type { Posted, Published, RunEnd, RunRecord, RunRequest, RunState } from '../../core/run-record.ts';

/** A row of `ai_fix.runs`, as far as it is read. */
export interface RunRow {
  id: string;
  state: RunState;
  request: RunRequest;
  facts: Posted;
  cancel_reason: string | null;
  outcome: Outcome | null;
  why: string | null;
  published: Published | null;
  usd: number;
  created_at: Date;
  started_at: Date | null;
  ended_at: Date | null;
  token: number;
}

export const runColumns =
  'runs.id, runs.state, runs.request, runs.facts, runs.cancel_reason, runs.outcome, runs.why, runs.published, ' +
  'runs.usd, runs.created_at, runs.started_at, runs.ended_at, runs.token';

export function runOf(row: RunRow): RunRecord {
  return {
    id: row.id,
    state: row.state,
    request: row.request,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    cancelReason: row.cancel_reason,
    end: endOf(row),
    usd: row.usd,
    posted: row.facts,
  };
}

function endOf({ outcome, why, published }: RunRow): RunEnd | null {
  return outcome === null ? null : { outcome, why: why ?? '', published };
}

/** The run of the first row. */
export function firstRun(rows: readonly RunRow[]): RunRecord | null {
  const [row] = rows;
  return row === undefined ? null : runOf(row);
}
