import { accountSince, usageOf } from '../../core/account.ts';
import type { AttemptRules, EndedAttempt } from '../../core/attempts.ts';
import type { Message } from '../../core/conversation.ts';
import { OperationalError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { isEnoughForAnother } from '../../core/limits.ts';
import { noPast, type Past } from '../past.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { End } from '../task.ts';
import { attempt } from './attempt.ts';
import { leavesHope, modelOfAttempt } from './attempt-rules.ts';
import { openAtBase } from './open-at-base.ts';
import { makeOpening, openingFor } from './opening.ts';
import { type Course, nothingYet, type Progress } from './rounds.ts';
import { cameTo, type Tried, takeAttempt, takenOf } from './take-attempt.ts';

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
  const tried: Tried = { attempts: [...left.tried], progress: new Map() };
  const series: Series = { course, rules, tried, result };
  let past = left.tried.length === left.attempt ? null : await begin(left, course);
  if (past !== null) past = await tryOnce(series, past, sandbox);
  while (past !== null) {
    await using fresh = await course.log.stage('agent', () => openAtBase(course.ground));
    past = await tryOnce(series, past, fresh);
  }
  const { end, ...cameTo } = await takeAttempt(tried, course, left.wasChosen);
  Object.assign(result, cameTo);
  return end;
}

/** More than one attempt, perhaps. */
interface Series {
  course: Course;
  rules: AttemptRules;
  tried: Tried;
  result: Progress;
}

const asEvents = (messages: readonly Message[]) =>
  messages.map((message): RunEvent => ({ type: 'message', message }));

/** Where it was left, or the first messages, which are saved. */
async function begin(left: Past, course: Course): Promise<Past> {
  if (left.messages.length > 0) return left;
  const opening = await makeOpening(course);
  await course.log.emit(...asEvents(opening));
  return { ...left, opening, messages: opening };
}

/** One of several attempts. Returns how the next one begins, null where it was the last. */
async function tryOnce(series: Series, past: Past, sandbox: RunSandbox): Promise<Past | null> {
  const { course, rules, tried } = series;
  const progress = nothingYet();
  const end = await attempt(course, rules, past, sandbox, progress).catch((error: unknown) =>
    breakOff(series, progress, error),
  );
  const came = describe(series, past, end, progress);
  tried.attempts.push(came);
  tried.progress.set(past.attempt, progress);
  const ended: RunEvent = { type: 'attempt_ended', ...came };
  const { log, task } = course;
  const isLast = !leavesHope(end) || past.attempt === rules.attempts;
  if (!isLast && isEnoughForAnother(task.limits, log.spent())) return beginAnew(series, past, ended);
  await log.emit(ended, ...(isLast ? [] : [tooLittleLeft]));
  return null;
}

const tooLittleLeft: RunEvent = {
  type: 'note',
  text: 'no further attempt: what is left of the limits is too little',
};

async function beginAnew({ course, rules }: Series, past: Past, ended: RunEvent): Promise<Past> {
  const { log, task, adapters } = course;
  const attempt = past.attempt + 1;
  const choice = modelOfAttempt(attempt, task.model, rules);
  const messages = openingFor(past.opening, adapters.reader(choice.model));
  const began: RunEvent = { type: 'attempt_started', attempt, of: rules.attempts, ...choice };
  await log.emit(ended, began, ...asEvents(messages)); // all or none: nobody goes on between them
  const before = { ...log.account(), ...log.spent() };
  return { ...noPast, attempt, before, opening: past.opening, messages };
}

/** An attempt that breaks down takes nothing from what earlier ones came to; where that is nothing, it ends the run. */
async function breakOff({ course, tried, result }: Series, progress: Progress, error: unknown): Promise<End> {
  const best = takenOf(tried);
  const former = best === null || best.patch === null ? null : best;
  const isTolerable =
    error instanceof OperationalError &&
    !course.signal.aborted &&
    course.adapters.isPassing?.(error) !== true;
  if (isTolerable && former !== null) return { outcome: 'failed', why: error.message, code: error.code };
  const kept = former === null ? null : await cameTo(former, tried, course).catch(() => null);
  Object.assign(result, kept ?? progress);
  throw error;
}

/** As it goes into the log. A change that was not tested, or breaks a rule, is not offered. */
function describe({ course, rules }: Series, past: Past, end: End, progress: Progress): EndedAttempt {
  const { attempt, before } = past;
  const { change, proof } = progress;
  const isTested = change !== null && change.tree === proof?.verification.tree;
  return {
    ...{ attempt, ...modelOfAttempt(attempt, course.task.model, rules), ...end },
    patch: isTested ? change.patch : null,
    tree: isTested ? change.tree : null,
    verification: isTested ? proof.verification : null,
    usage: usageOf(accountSince(before, course.log.account())),
  };
}
