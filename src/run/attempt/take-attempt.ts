import type { EndedAttempt } from '../../core/attempts.ts';
import type { RunEvent } from '../../core/events.ts';
import type { End } from '../task.ts';
import { chooseAttempt } from './choose-attempt.ts';
import { describeChange } from './describe-change.ts';
import { type Course, nothingYet, type Progress, proofFrom } from './rounds.ts';
import { takeUpChange } from './take-up-change.ts';

/** The attempts of a run that have ended. */
export interface Tried {
  attempts: EndedAttempt[];
  /** What those of this process came to. */
  progress: Map<number, Progress>;
}

type CameTo = Pick<Progress, 'change' | 'proof'>;

/** Takes one of the attempts for what the run comes to, and tells which and why where there were several. */
export async function takeAttempt(
  tried: Tried,
  course: Course,
  wasTold: boolean,
): Promise<CameTo & { end: End }> {
  const taken = takenOf(tried);
  if (taken === null) throw new Error('a run came to its end without an attempt');
  const result = await cameTo(taken, tried, course);
  const choice = chooseAttempt(tried.attempts);
  if (choice !== null && !wasTold) {
    const again = taken === tried.attempts.at(-1) ? [] : await toldAgain(course, result);
    await course.log.emit({ type: 'attempt_chosen', ...choice }, ...again);
  }
  const { outcome, why, code } = taken;
  return { ...result, end: { outcome, why, ...(code === undefined ? {} : { code }) } };
}

/** The attempt that is chosen; where there is nothing to choose, the last one. */
export function takenOf({ attempts }: Tried): EndedAttempt | null {
  const choice = chooseAttempt(attempts);
  return attempts.find(({ attempt }) => attempt === choice?.attempt) ?? attempts.at(-1) ?? null;
}

/** What an attempt changed, with its proof: from this process, or out of the log. */
export async function cameTo(
  { attempt, patch, tree, verification }: EndedAttempt,
  { progress }: Tried,
  { ground, config }: Course,
): Promise<CameTo> {
  const known = progress.get(attempt);
  if (known !== undefined) return { change: known.change, proof: known.proof };
  if (patch === null || tree === null || verification === null) return nothingYet();
  const change = await takeUpChange({ patch, tree }, ground, config.protected_paths ?? []);
  return { change, proof: proofFrom(verification) };
}

/** The last change and the last proof in a log are those that count. */
async function toldAgain({ files }: Course, { change, proof }: CameTo): Promise<RunEvent[]> {
  if (change === null || proof === null) return [];
  return [
    { type: 'changed', files: describeChange(change, await files.paths()), tree: change.tree },
    { type: 'verified', round: 1, verification: proof.verification },
  ];
}
