import type { RunUsage } from './account.ts';
import type { ErrorCode } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { Verification } from './verification.ts';

/** How much the model may think, in its maker's words. */
export const efforts = ['low', 'high', 'max'] as const;
export type Effort = (typeof efforts)[number];

export const defaultEffort: Effort = 'high';
export const mostAttempts = 10;

/** Who is asked, and how. */
export interface ModelChoice {
  model: string;
  effort: Effort;
}

/** How often a run may try in all while nothing is proven, and who is asked from the second time on. */
export interface AttemptRules {
  attempts: number;
  /** Null: the same as at first. */
  escalationModel: string | null;
  escalationEffort: Effort | null;
}

export const oneAttempt: AttemptRules = { attempts: 1, escalationModel: null, escalationEffort: null };

/** One try at the task, from the first message to its end. */
export interface EndedAttempt extends ModelChoice {
  /** 1 is the first. */
  attempt: number;
  outcome: Outcome;
  why: string;
  code?: ErrorCode;
  /** What it changed, and the tree that results; null where that is nothing, or may not be published. */
  patch: string | null;
  tree: string | null;
  verification: Verification | null;
  usage: RunUsage;
}

/** The attempt that a run takes of several, and the reason, which goes after "taken because". */
export interface Choice {
  attempt: number;
  why: string;
}
