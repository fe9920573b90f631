import { accountSince, usageOf } from '../../core/account.ts';
import type { AttemptRules, EndedAttempt } from '../../core/attempts.ts';
import type { Message } from '../../core/conversation.ts';
import { OperationalError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { isEnoughForAnother } from '../../core/limits.ts';
import { type LoggedState, nothingLogged } from '../logged-state.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { End } from '../task.ts';
import { runAttempt } from './attempt.ts';
import { type AttemptProgress, nothingYet, type RunContext } from './attempt-context.ts';
import { isWorthAnother, modelOfAttempt } from './attempt-rules.ts';
import { openAtBase } from './open-at-base.ts';
import { makeOpening, openingFor } from './opening.ts';
import { type AttemptsSoFar, bestAttempt, resultOf, takeAttempt } from './take-attempt.ts';

/**
 * Tries until something is proven, as often as the rules allow: each time from the same first messages, in a sandbox
 * that nobody has touched. Of several attempts that prove nothing the best is taken. What the run comes to is left in
 * `result`, also when it rejects.
 */
export async function runAttempts(
  context: RunContext,
  rules: AttemptRules,
  sandbox: RunSandbox,
  result: AttemptProgress,
): Promise<End> {
  const resumed = context.task.resume?.logged ?? nothingLogged;
  if (rules.attempts === 1) {
    const logged = await begin(resumed, context);
    return runAttempt(context, rules, { logged, sandbox, progress: result });
  }
  const tried: AttemptsSoFar = { attempts: [...resumed.endedAttempts], progress: new Map() };
  const series: AttemptSeries = { context, rules, tried, result };
  let logged = resumed.endedAttempts.length === resumed.attempt ? null : await begin(resumed, context);
  if (logged !== null) logged = await tryOnce(series, logged, sandbox);
  while (logged !== null) {
    await using fresh = await context.log.stage('agent', () => openAtBase(context.ground));
    logged = await tryOnce(series, logged, fresh);
  }
  const { end, ...best } = await takeAttempt(tried, context, resumed.wasChosen);
  Object.assign(result, best);
  return end;
}

/** More than one attempt, perhaps. */
interface AttemptSeries {
  context: RunContext;
  rules: AttemptRules;
  tried: AttemptsSoFar;
  result: AttemptProgress;
}

const asEvents = (messages: readonly Message[]) =>
  messages.map((message): RunEvent => ({ type: 'message', message }));

/** Where it was left, or the first messages, which are saved. */
async function begin(resumed: LoggedState, context: RunContext): Promise<LoggedState> {
  if (resumed.messages.length > 0) return resumed;
  const opening = await makeOpening(context);
  await context.log.emit(...asEvents(opening));
  return { ...resumed, opening, messages: opening };
}

/** One of several attempts. Returns how the next one begins, null where it was the last. */
async function tryOnce(
  series: AttemptSeries,
  logged: LoggedState,
  sandbox: RunSandbox,
): Promise<LoggedState | null> {
  const { context, rules, tried } = series;
  const progress = nothingYet();
  const end = await runAttempt(context, rules, { logged, sandbox, progress }).catch((error: unknown) =>
    breakOff(series, progress, error),
  );
  const ended = endedAttempt(series, logged, end, progress);
  tried.attempts.push(ended);
  tried.progress.set(logged.attempt, progress);
  const told: RunEvent = { type: 'attempt_ended', ...ended };
  const { log, task } = context;
  const isLast = !isWorthAnother(end) || logged.attempt === rules.attempts;
  if (!isLast && isEnoughForAnother(task.limits, log.spent())) return beginAnew(series, logged, told);
  await log.emit(told, ...(isLast ? [] : [tooLittleLeft]));
  return null;
}

const tooLittleLeft: RunEvent = {
  type: 'note',
  text: 'no further attempt: what is left of the limits is too little',
};

async function beginAnew(
  { context, rules }: AttemptSeries,
  logged: LoggedState,
  ended: RunEvent,
): Promise<LoggedState> {
  const { log, task, adapters } = context;
  const attempt = logged.attempt + 1;
  const choice = modelOfAttempt(attempt, task.model, rules);
  const messages = openingFor(logged.opening, adapters.modelProfile(choice.model));
  const began: RunEvent = { type: 'attempt_started', attempt, of: rules.attempts, ...choice };
  await log.emit(ended, began, ...asEvents(messages)); // all or none: nobody goes on between them
  const before = { ...log.account(), ...log.spent() };
  return { ...nothingLogged, attempt, spentBefore: before, opening: logged.opening, messages };
}

/** An attempt that breaks down takes nothing from what earlier ones came to; where that is nothing, it ends the run. */
async function breakOff(
  { context, tried, result }: AttemptSeries,
  progress: AttemptProgress,
  error: unknown,
): Promise<End> {
  const best = bestAttempt(tried);
  const former = best === null || best.patch === null ? null : best;
  const isTolerable =
    error instanceof OperationalError &&
    !context.signal.aborted &&
    context.adapters.isPassing?.(error) !== true;
  if (isTolerable && former !== null) return { outcome: 'failed', why: error.message, code: error.code };
  const kept = former === null ? null : await resultOf(former, tried, context).catch(() => null);
  Object.assign(result, kept ?? progress);
  throw error;
}

/** As it goes into the log. A change that was not tested, or breaks a rule, is not offered. */
function endedAttempt(
  { context, rules }: AttemptSeries,
  logged: LoggedState,
  end: End,
  progress: AttemptProgress,
): EndedAttempt {
  const { attempt, spentBefore: before } = logged;
  const { change, proof } = progress;
  const isTested = change !== null && change.tree === proof?.verification.tree;
  return {
    ...{ attempt, ...modelOfAttempt(attempt, context.task.model, rules), ...end },
    patch: isTested ? change.patch : null,
    tree: isTested ? change.tree : null,
    verification: isTested ? proof.verification : null,
    usage: usageOf(accountSince(before, context.log.account())),
  };
}
