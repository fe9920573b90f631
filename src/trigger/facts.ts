import type { Actor } from '../core/trigger.ts';

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** A pull request, as far as a decision needs it. */
export interface PullFacts {
  number: number;
  url: string;
  state: 'open' | 'closed' | 'merged';
  /** Opened by our App, by its id. */
  ours: boolean;
}

export interface SubjectFacts {
  state: 'open' | 'closed';
  locked: boolean;
  assignees: readonly Actor[];
  /** The pull request itself when the subject is one. */
  pull: PullFacts | null;
  /** Pull requests that close or refer to the issue by closing keywords, ours and others'. Empty for a pull request. */
  closedBy: readonly PullFacts[];
}

/** What is known of a labelling whose webhook may be late, or was never seen. */
export interface LabellingFacts {
  /** The label is on the issue. */
  isOn: boolean;
  /** The issue was closed after it. */
  isClosedSince: boolean;
  /** A run was made for it or for a later request, or it was turned down before. */
  isServed: boolean;
  /** The text may be another than the one that the label was given to. */
  mayBeEdited: boolean;
}

/** All that a decision rests on, looked up just before. Money is reserved with the run itself. */
export interface DecisionFacts {
  /** Of the actor, for this repository; `none` when it could not be looked up. */
  permission: Permission;
  config: {
    /** Nothing new is started. */
    paused: boolean;
    /** The repository is one that this server works for. */
    allowed: boolean;
  };
  repository: { archived: boolean; issuesEnabled: boolean };
  subject: SubjectFacts;
  /** The run that is queued or running on the subject. */
  liveRun: { id: string; askedAt: string } | null;
  /** Of the labelling that asks; null where something else does. */
  labelling: LabellingFacts | null;
}

export type Decision =
  | { kind: 'run'; issue: number }
  | { kind: 'retry'; pull: number }
  | { kind: 'cancel'; run: string; reason: string }
  /** Something to tell that changes nothing. */
  | { kind: 'answer'; which: 'status' | 'help' }
  | { kind: 'answer'; which: 'text'; message: string }
  /** Nothing is written; `react` shows that it was seen. */
  | { kind: 'ignore'; why: string; react: 'eyes' | null }
  /** People who can triage get the message; strangers a confused reaction, so that they cannot make us write. */
  | { kind: 'refuse'; message: string; how: 'comment' | 'reaction' };

/** Who may start, retry and stop. */
export function canWrite(permission: Permission): boolean {
  return permission === 'admin' || permission === 'maintain' || permission === 'write';
}

/** Who is answered in words. */
export function canTriage(permission: Permission): boolean {
  return canWrite(permission) || permission === 'triage';
}
