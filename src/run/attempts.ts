import { accountSince, usageOf } from '../core/account.ts';
import type { AttemptRules, EndedAttempt } from '../core/attempts.ts';
import { OperationalError } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import { isEnoughForAnother, limitsOfAttempt } from '../core/limits.ts';
import { leavesHope, modelOfAttempt } from './attempt-rules.ts';
import { createCheckpoints } from './checkpoints.ts';
import { chooseAttempt } from './choose-attempt.ts';
import { takeUpChange } from './collect-change.ts';
import { describeChange } from './describe-change.ts';
import { openAtBase } from './open-at-base.ts';
import { makeOpening, openingFor } from './opening.ts';
import { noPast, type Past } from './past.ts';
import type { RunSandbox } from './ports.ts';
import { agentAndProof, type Course, collect, nothingYet, type Progress, type Stretch } from './rounds.ts';
import type { End } from './task.ts';

/**
 * Tries until something is proven, as often as the rules allow: each time from the same first messages, in a sandbox
 * that nobody has touched. Of several attempts that prove nothing the best is taken. What the run comes to is left in
 * `result`, also when it rejects.
 */
export async function attempts(
  course: Course,
  rules: AttemptRules,
  sandbox: RunSandbox,
  result: Progress,
): Promise<End> {
  const left = course.task.left?.past ?? noPast;
  if (rules.attempts === 1) return attempt(course, rules, await begin(left, course), sandbox, result);
  const series: Series = { course, rules, result, tried: [...left.tried], progress: new Map() };
  let past = left.tried.length === left.attempt ? null : await begin(left, course);
  if (past !== null) past = await tryOnce(series, past, sandbox);
  while (past !== null) {
    await using fresh = await course.log.stage('agent', () => openAtBase(course.ground));
    past = await tryOnce(series, past, fresh);
  }
  return conclude(series, left.wasChosen);
}

interface Series {
  course: Course;
  rules: AttemptRules;
  result: Progress;
  /** Those that ended. */
  tried: EndedAttempt[];
  /** What those of this process came to. */
  progress: Map<number, Progress>;
}

/** Where it was left, or the first messages, which are saved. */
async function begin(left: Past, course: Course): Promise<Past> {
  if (left.messages.length > 0) return left;
  const opening = await makeOpening(course);
  await course.log.emit(...opening.map((message): RunEvent => ({ type: 'message', message })));
  return { ...left, opening, messages: opening };
}

/** One attempt. What it has changed is in `progress`, also when it rejects. */
async function attempt(
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
    return await agentAndProof(stretch);
  } catch (error) {
    if (adapters.isPassing?.(error) !== true) await keepWhatIsThere(stretch);
    throw error;
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

/** One attempt of several, and how the next one begins; null where it was the last. */
async function tryOnce(series: Series, past: Past, sandbox: RunSandbox): Promise<Past | null> {
  const { course, rules, tried } = series;
  const { log, task } = course;
  const progress = nothingYet();
  const end = await attempt(course, rules, past, sandbox, progress).catch((error: unknown) =>
    breakOff(series, progress, error),
  );
  tried.push(describe(series, past, end, progress));
  series.progress.set(past.attempt, progress);
  const ended: RunEvent = { type: 'attempt_ended', ...(tried.at(-1) as EndedAttempt) };
  const isOver = !leavesHope(end) || past.attempt === rules.attempts;
  const isAfforded = isEnoughForAnother(task.limits, log.spent());
  if (!isOver && isAfforded) return beginAnew(series, past, ended);
  const note: RunEvent = {
    type: 'note',
    text: 'no further attempt: what is left of the limits is too little',
  };
  await log.emit(ended, ...(isOver ? [] : [note]));
  return null;
}

async function beginAnew({ course, rules }: Series, past: Past, ended: RunEvent): Promise<Past> {
  const { log, task } = course;
  const attempt = past.attempt + 1;
  const choice = modelOfAttempt(attempt, task.model, rules);
  const messages = openingFor(past.opening, course.adapters.reader(choice.model));
  await log.emit(
    ended,
    { type: 'attempt_started', attempt, of: rules.attempts, ...choice },
    ...messages.map((message): RunEvent => ({ type: 'message', message })),
  );
  const before = { ...log.account(), ...log.spent() };
  return { ...noPast, attempt, before, opening: past.opening, messages };
}

/** An attempt that breaks down takes nothing from what earlier ones came to; where that is nothing, it ends the run. */
async function breakOff(series: Series, progress: Progress, error: unknown): Promise<End> {
  const { course, tried, result } = series;
  const isTolerable =
    error instanceof OperationalError &&
    !course.signal.aborted &&
    course.adapters.isPassing?.(error) !== true;
  const best = takenOf(tried);
  if (isTolerable && best?.patch != null) return { outcome: 'failed', why: error.message, code: error.code };
  const former = best?.patch == null ? null : await cameTo(series, best).catch(() => null);
  Object.assign(result, former ?? progress);
  throw error;
}

function describe({ course, rules }: Series, past: Past, end: End, progress: Progress): EndedAttempt {
  const { log, task } = course;
  const { attempt, before } = past;
  const { change, proof } = progress;
  // what was not tested, or breaks a rule, is not offered
  const offered = proof === null ? null : change;
  return {
    ...{ attempt, ...modelOfAttempt(attempt, task.model, rules), ...end },
    patch: offered?.patch ?? null,
    tree: offered?.tree ?? null,
    verification: proof?.verification ?? null,
    usage: usageOf(accountSince(before, log.account())),
  };
}

/** Takes one of the attempts, and tells which and why where there were several. */
async function conclude(series: Series, wasTold: boolean): Promise<End> {
  const { course, tried, result } = series;
  const taken = takenOf(tried);
  if (taken === null) throw new Error('a run came to its end without an attempt');
  const { change, proof } = await cameTo(series, taken);
  Object.assign(result, { change, proof });
  const choice = chooseAttempt(tried);
  if (choice !== null && !wasTold) {
    const again = taken === tried.at(-1) ? [] : await toldAgain(course, { change, proof });
    await course.log.emit({ type: 'attempt_chosen', ...choice }, ...again);
  }
  const { outcome, why, code } = taken;
  return { outcome, why, ...(code === undefined ? {} : { code }) };
}

/** The attempt that is chosen; where there is nothing to choose, the last one. */
function takenOf(tried: readonly EndedAttempt[]): EndedAttempt | null {
  const choice = chooseAttempt(tried);
  return tried.find(({ attempt }) => attempt === choice?.attempt) ?? tried.at(-1) ?? null;
}

/** What an attempt changed, with its proof: from this process, or out of the log. */
async function cameTo(
  { course, progress }: Series,
  { attempt, patch, verification }: EndedAttempt,
): Promise<Pick<Progress, 'change' | 'proof'>> {
  const known = progress.get(attempt);
  if (known !== undefined) return known;
  if (patch === null || verification === null) return nothingYet();
  const { ground, config } = course;
  const change = await takeUpChange(patch, ground.base, config.protected_paths ?? []);
  return { change, proof: { verification, failures: [], output: null, lacksTest: false } };
}

/** The last change and the last proof in the log are those that count. */
async function toldAgain(
  { files }: Course,
  { change, proof }: Pick<Progress, 'change' | 'proof'>,
): Promise<RunEvent[]> {
  if (change === null || proof === null) return [];
  return [
    { type: 'changed', files: describeChange(change, await files.paths()), tree: change.tree },
    { type: 'verified', round: 1, verification: proof.verification },
  ];
}
