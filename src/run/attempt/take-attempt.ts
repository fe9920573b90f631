import type { EndedAttempt } from '../../core/attempts.ts';
import type { RunEvent } from '../../core/events.ts';
import type { End } from '../task.ts';
import { type AttemptProgress, nothingYet, type RunContext } from './attempt-context.ts';
import { chooseAttempt } from './choose-attempt.ts';
import { describeChange } from './describe-change.ts';
import { restoreChange, restoreProof } from './restore-change.ts';

/** The attempts of a run that have ended. */
export interface AttemptsSoFar {
  attempts: EndedAttempt[];
  /** What those of this process came to. */
  progress: Map<number, AttemptProgress>;
}

type AttemptResult = Pick<AttemptProgress, 'change' | 'proof'>;

/** Takes one of the attempts for what the run comes to, and tells which and why where there were several. */
export async function takeAttempt(
  tried: AttemptsSoFar,
  context: RunContext,
  wasTold: boolean,
): Promise<AttemptResult & { end: End }> {
  const taken = bestAttempt(tried);
  if (taken === null) throw new Error('a run came to its end without an attempt');
  const result = await resultOf(taken, tried, context);
  const choice = chooseAttempt(tried.attempts);
  if (choice !== null && !wasTold) {
    const again = taken === tried.attempts.at(-1) ? [] : await repeatedEvents(context, result);
    await context.log.emit({ type: 'attempt_chosen', ...choice }, ...again);
  }
  const { outcome, why, code } = taken;
  return { ...result, end: { outcome, why, ...(code === undefined ? {} : { code }) } };
}

/** The attempt that is chosen; where there is nothing to choose, the last one. */
export function bestAttempt({ attempts }: AttemptsSoFar): EndedAttempt | null {
  const choice = chooseAttempt(attempts);
  return attempts.find(({ attempt }) => attempt === choice?.attempt) ?? attempts.at(-1) ?? null;
}

/** What an attempt changed, with its proof: from this process, or out of the log. */
export async function resultOf(
  { attempt, patch, tree, verification }: EndedAttempt,
  { progress }: AttemptsSoFar,
  { ground, config }: RunContext,
): Promise<AttemptResult> {
  const known = progress.get(attempt);
  if (known !== undefined) return { change: known.change, proof: known.proof };
  if (patch === null || tree === null || verification === null) return nothingYet();
  const change = await restoreChange({ patch, tree }, ground, config.protected_paths ?? []);
  return { change, proof: restoreProof(verification) };
}

/** The last change and the last proof in a log are those that count. */
async function repeatedEvents({ files }: RunContext, { change, proof }: AttemptResult): Promise<RunEvent[]> {
  if (change === null || proof === null) return [];
  return [
    { type: 'changed', files: describeChange(change, await files.paths()), tree: change.tree },
    { type: 'verified', round: 1, verification: proof.verification },
  ];
}
