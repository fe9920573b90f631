import type { AttemptRules } from '../../core/attempts.ts';
import { hasCode } from '../../core/errors.ts';
import { limitsOfAttempt } from '../../core/limits.ts';
import type { Past } from '../past.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { End } from '../task.ts';
import { modelOfAttempt } from './attempt-rules.ts';
import { createCheckpoints } from './checkpoints.ts';
import { agentAndProof, type Course, collect, type Progress, proofFrom, type Stretch } from './rounds.ts';
import { takeUpChange } from './take-up-change.ts';

/** One attempt at a run's task. What it has changed is in `progress`, also when it rejects. */
export async function attempt(
  course: Course,
  rules: AttemptRules,
  past: Past,
  sandbox: RunSandbox,
  progress: Progress,
): Promise<End> {
  const { task, adapters } = course;
  const stretch: Stretch = {
    ...{ ...course, past, sandbox, progress },
    complete: adapters.model(modelOfAttempt(past.attempt, task.model, rules)),
    limits: limitsOfAttempt(task.limits, past.before, past.attempt === rules.attempts),
    checkpoint: task.left === null ? async () => [] : createCheckpoints(sandbox),
  };
  try {
    await takeUpProven(stretch);
    return await agentAndProof(stretch);
  } catch (error) {
    if (adapters.isPassing?.(error) !== true) await keepWhatIsThere(stretch);
    throw error;
  }
}

/** What an earlier worker saw proven, and gave back to the agent: nothing worse may come of it. */
async function takeUpProven({ past, progress, ground, config, log }: Stretch): Promise<void> {
  if (past.proven === null) return;
  const { round, verification, patch } = past.proven;
  try {
    const { tree } = verification;
    const change = await takeUpChange({ patch, tree }, ground, config.protected_paths ?? []);
    progress.proven = { change, proof: proofFrom(verification), round };
  } catch (error) {
    if (!hasCode(error, 'sandbox_command_failed')) throw error;
    await log.emit({ type: 'note', text: error.message });
  }
}

/** After a fault or a cancellation: the work that is in the sandbox is not lost. */
async function keepWhatIsThere(stretch: Stretch): Promise<void> {
  try {
    stretch.progress.change = (await collect(stretch)) ?? stretch.progress.change;
  } catch {
    // the sandbox may be what failed; the change of the last round, if any, is still there
  }
}
