import type { AttemptRules } from '../../core/attempts.ts';
import { hasCode } from '../../core/errors.ts';
import { limitsOfAttempt } from '../../core/limits.ts';
import type { End } from '../task.ts';
import type { AttemptContext, RunContext } from './attempt-context.ts';
import { modelOfAttempt } from './attempt-rules.ts';
import { createCheckpoints } from './checkpoints.ts';
import { collect } from './judge.ts';
import { restoreChange, restoreProof } from './restore-change.ts';
import { runRounds } from './rounds.ts';

/** One attempt at a run's task. What it has changed is in `progress`, also when it rejects. */
export async function runAttempt(
  context: RunContext,
  rules: AttemptRules,
  { logged, sandbox, progress }: Pick<AttemptContext, 'logged' | 'sandbox' | 'progress'>,
): Promise<End> {
  const { task, adapters } = context;
  const attempt: AttemptContext = {
    ...{ ...context, logged, sandbox, progress },
    complete: adapters.model(modelOfAttempt(logged.attempt, task.model, rules)),
    limits: limitsOfAttempt(task.limits, logged.spentBefore, logged.attempt === rules.attempts),
    checkpoint: task.resume === null ? async () => [] : createCheckpoints(sandbox),
  };
  try {
    await restoreProven(attempt);
    return await runRounds(attempt);
  } catch (error) {
    if (adapters.isPassing?.(error) !== true) await keepWhatIsThere(attempt);
    throw error;
  }
}

/** What an earlier worker saw proven, and gave back to the agent: nothing worse may come of it. */
async function restoreProven({ logged, progress, ground, config, log }: AttemptContext): Promise<void> {
  if (logged.proven === null) return;
  const { round, verification, patch } = logged.proven;
  try {
    const { tree } = verification;
    const change = await restoreChange({ patch, tree }, ground, config.protected_paths ?? []);
    progress.proven = { change, proof: restoreProof(verification), round };
  } catch (error) {
    if (!hasCode(error, 'sandbox_command_failed')) throw error;
    await log.emit({ type: 'note', text: error.message });
  }
}

/** After a fault or a cancellation: the work that is in the sandbox is not lost. */
async function keepWhatIsThere(attempt: AttemptContext): Promise<void> {
  try {
    attempt.progress.change = (await collect(attempt)) ?? attempt.progress.change;
  } catch {
    // the sandbox may be what failed; the change of the last round, if any, is still there
  }
}
