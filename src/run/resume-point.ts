import type { StoredEvent } from '../core/run-record.ts';
import { type LoggedState, loggedState, ofLastAttempt } from './logged-state.ts';

/** Where an earlier worker left a run, or that nobody has begun it. */
export interface ResumePoint {
  logged: LoggedState;
  /** The changed files as they were kept last; null when nothing had changed. */
  workTree: Uint8Array | null;
  /** Why what the work tree held in the end could not be kept; null when it was. */
  problem: string | null;
}

export function resumePointOf(events: readonly StoredEvent[], workTree: Uint8Array | null): ResumePoint {
  const checkpoints = ofLastAttempt(events).flatMap(({ event }) =>
    event.type === 'checkpoint' ? [event] : [],
  );
  const isOfThis = checkpoints.some(({ problem }) => problem === null);
  const problem = checkpoints.at(-1)?.problem ?? null;
  return { logged: loggedState(events), workTree: isOfThis ? workTree : null, problem };
}
