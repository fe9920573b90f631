import type { TaskText } from '../agent/first-message.ts';
import type { Complete } from '../agent/loop.ts';
import type { RunUsage } from '../core/account.ts';
import type { AttemptRules, EndedAttempt, ModelChoice } from '../core/attempts.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Emit, Say } from '../core/events.ts';
import type { RunLimits } from '../core/limits.ts';
import type { ModelProfile } from '../core/model-profile.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Published } from '../core/published.ts';
import type { Verification } from '../core/verification.ts';
import type { OrganisationConfig } from '../environment/repository-config.ts';
import type { GitDirectory } from '../workspace/git.ts';
import type { CollectedChange } from './attempt/collect-change.ts';
import type { BaselineStore } from './prepare/baseline-memory.ts';
import type { ResumePoint } from './resume-point.ts';
import type { StageTime } from './run-log.ts';
import type { Sandboxes } from './sandboxes.ts';

/** What a run is about. All of it is frozen before the run begins. */
export interface Task {
  run: string;
  title: string;
  /** The commit to start from. */
  commit: string;
  /** Where an earlier worker left it; null for a run that nobody could go on with: then nothing is kept for that. */
  resume: ResumePoint | null;
  /** Brings that commit to this host. A rejection ends the run in its words. */
  open(signal: AbortSignal): Promise<OpenedTask>;
  /** Names the repository in cache keys. */
  repository: string;
  model: string;
  limits: RunLimits;
  /** What was asked for; the rest is as the repository says. */
  attempts: Partial<AttemptRules>;
}

interface OpenedTask {
  git: GitDirectory;
  /** What the agent reads. */
  text: TaskText;
  /** What the organisation says for all of its repositories. */
  organisation: OrganisationConfig;
}

export interface RunAdapters {
  sandboxes: Sandboxes;
  baselines: BaselineStore;
  model(choice: ModelChoice): Complete;
  modelProfile(model: string): ModelProfile;
  /** Saves events, all of them or none, before what follows from them is done. */
  emit: Emit;
  /** Shows what is going on right now. */
  say: Say;
  now: () => number;
  /** Whether the run is left as it is, to be gone on with later, instead of ended by an error. */
  isPassing?(error: unknown): boolean;
  /** Puts a change that was tested where people review it, with a proof or with the reason why there is none. */
  publish?: Publish;
}

export type Publish = (change: CollectedChange, end: End) => Promise<Published>;

export interface RunResult {
  outcome: Outcome;
  why: string;
  /** What the agent changed, also when it is not proven; null when nothing. */
  patch: string | null;
  verification: Verification | null;
  usage: RunUsage;
  /** Where more than one was allowed: what each came to. */
  attempts: AttemptSummary[];
  stages: StageTime[];
}

export type AttemptSummary = Pick<EndedAttempt, 'attempt' | 'model' | 'effort' | 'outcome' | 'why' | 'usage'>;

/** How a run ends, in a word and in a sentence. */
export type End = Pick<RunResult, 'outcome' | 'why'> & { code?: ErrorCode };
