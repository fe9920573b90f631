import type { TaskText } from '../../agent/first-message.ts';
import type { Complete } from '../../agent/loop.ts';
import type { RunEvent } from '../../core/events.ts';
import type { RunLimits } from '../../core/limits.ts';
import type { TestRun } from '../../core/tests.ts';
import type { RepositoryConfig } from '../../environment/repository-config.ts';
import type { Proof } from '../../verify/prove.ts';
import type { CommitFiles } from '../../workspace/commits.ts';
import type { LoggedState } from '../logged-state.ts';
import type { RunLog } from '../run-log.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { RunAdapters, Task } from '../task.ts';
import type { TestGround } from '../test-bench.ts';
import type { CollectedChange } from './collect-change.ts';

/** What is known so far, for an end at any point. */
export interface AttemptProgress {
  change: CollectedChange | null;
  proof: Proof | null;
  /** A change that was proven before the agent looked at it once more. */
  proven: { change: CollectedChange; proof: Proof; round: number } | null;
}

export const nothingYet = (): AttemptProgress => ({ change: null, proof: null, proven: null });

/** A run that is under way. */
export interface OngoingRun {
  task: Task;
  adapters: RunAdapters;
  log: RunLog;
  signal: AbortSignal;
}

/** What is the same for all attempts of a run. */
export interface RunContext extends OngoingRun {
  text: TaskText;
  config: RepositoryConfig;
  ground: TestGround;
  files: CommitFiles;
  baseline: Promise<TestRun>;
}

/** All that the agent's rounds of one attempt need. */
export interface AttemptContext extends RunContext {
  sandbox: RunSandbox;
  complete: Complete;
  /** What this attempt may spend. */
  limits: RunLimits;
  /** How the attempt was left, or its first messages. */
  logged: LoggedState;
  progress: AttemptProgress;
  checkpoint: () => Promise<RunEvent[]>;
}

/** Whether the agent was asked once already to look at a proven change again. */
export const wasReviewed = ({ logged, progress }: AttemptContext) =>
  logged.wasProven || progress.proven !== null;
