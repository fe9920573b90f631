import type { RunUsage } from './account.ts';
import type { Choice, EndedAttempt, ModelChoice } from './attempts.ts';
import type { Message, Usage } from './conversation.ts';
import type { ErrorCode } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { Published } from './published.ts';
import type { TestCounts } from './tests.ts';
import type { Verification } from './verification.ts';

export type Stage = 'workspace' | 'environment' | 'check' | 'agent' | 'verify' | 'publish';

/** A file that differs from the base commit. A moved one is a deleted and an added one. */
export interface ChangedFile {
  path: string;
  kind: 'added' | 'changed' | 'deleted';
  /** Lines; 0 for binary files. */
  added: number;
  removed: number;
  /** Lines were added that hold characters which nobody sees. */
  invisible?: true;
}

/** Everything that happens in a run, in order. From these a run is shown, reported and gone on with. */
export type RunEvent =
  | { type: 'run_started'; run: string; title: string; base: string; model: string }
  /** A worker goes on with a run that was left: it died, or the run was parked. */
  | { type: 'run_resumed' }
  /** Left on purpose, to go on by itself: from `until` on (ISO 8601), or as soon as somebody can. */
  | { type: 'parked'; code: ErrorCode | null; why: string; until: string | null }
  | { type: 'stage_started'; stage: Stage }
  | { type: 'stage_ended'; stage: Stage; seconds: number }
  /** Something worth telling that changes nothing, such as uncommitted changes that are not seen. */
  | { type: 'note'; text: string }
  | {
      type: 'environment_ready';
      summary: string;
      cached: boolean;
      image: string;
      leftOut: { name: string; why: string }[];
      notes: string[];
    }
  | {
      type: 'baseline_ready';
      counts: TestCounts;
      problem: string | null;
      seconds: number;
      cached: boolean;
    }
  /** One message more in the conversation with the model. `about` marks those that are told once. */
  | { type: 'message'; message: Message; about?: News['about'] }
  /**
   * The changed files were kept, so that a lost sandbox can be refilled; `problem` says why they could not be. The
   * newest `content` is kept beside the log, not in it.
   */
  | { type: 'checkpoint'; files: number; problem: string | null; content?: Uint8Array }
  /** `seconds` is the answer itself; before it came, tries that failed and the pauses after them took `waited`. */
  | {
      type: 'turn_ended';
      step: number;
      usage: Usage;
      usd: number;
      model: string;
      seconds: number;
      waited?: number;
    }
  /** An answer that could not be used and is not part of the conversation. */
  | { type: 'turn_dropped'; why: string }
  | { type: 'tool_ended'; name: string; summary: string; seconds: number }
  /** `usage` and `usd` are of an answer that broke off: what had come of it is paid. `model` is the one that was asked. */
  | { type: 'model_retried'; why: string; seconds: number; model?: string; usage?: Usage; usd?: number }
  | ({ type: 'agent_ended' } & AgentEnded)
  /** `patch` is the change that was proven, where the agent is to look at it again: it may make it worse. */
  | { type: 'verified'; round: number; verification: Verification; patch?: string }
  /** The task is begun anew, with the same first messages and an untouched sandbox: nothing was proven before. */
  | ({ type: 'attempt_started'; attempt: number; of: number } & ModelChoice)
  /** Told where more than one attempt is allowed. */
  | ({ type: 'attempt_ended' } & EndedAttempt)
  /** After the last of several attempts: what follows is about this one. */
  | ({ type: 'attempt_chosen' } & Choice)
  /** What the agent changed, and the tree that results; the last one counts. */
  | { type: 'changed'; files: ChangedFile[]; tree: string }
  | { type: 'published'; published: Published }
  /**
   * The code is that of the expected failure that ended it, where one did. `usage` is what it cost in all, where the
   * outcome was found by working on it.
   */
  | { type: 'outcome'; outcome: Outcome; why: string; code?: ErrorCode; usage?: RunUsage };

/** How the agent's work in a round ended; with the model's fault where that ended it. */
export interface AgentEnded {
  end: AgentEnd;
  fault?: { code: ErrorCode; why: string };
}

export type AgentEnd =
  | 'finished'
  | 'steps'
  | 'money'
  | 'time'
  | 'no_progress'
  | 'malformed'
  | 'length'
  | 'context'
  | 'model';

/** Why the agent was stopped before it said that it was done; '' where it said so. */
export const whyEnded: Record<AgentEnd, string> = {
  finished: '',
  steps: 'the limit of steps was reached',
  money: 'the budget is used up',
  time: 'the time limit was reached',
  no_progress: 'the agent made no progress any more',
  malformed: 'the model gave no usable answer',
  length: "the model's answers were cut off at the output limit",
  context: 'the conversation became longer than the model can take',
  model: 'the model failed',
};

/** Facts that reach the agent between two steps. */
export interface News {
  about: 'baseline' | 'resumed';
  text: string;
}

/** Lines that show what is going on right now: for a screen, never kept. */
export type Say = (line: string) => void;

/** Saves events, all of them or none, before what follows from them is done. */
export type Emit = (...events: RunEvent[]) => Promise<void>;
