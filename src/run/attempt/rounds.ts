import { createBashTool } from '../../agent/bash.ts';
import { createEditorTool } from '../../agent/editor.ts';
import { baselineMessage, resumedMessage } from '../../agent/harness-messages.ts';
import { type AgentContext, addMessage, runAgent } from '../../agent/loop.ts';
import { isModelFailure, messageOf, OperationalError } from '../../core/errors.ts';
import type { AgentEnded, News } from '../../core/events.ts';
import { spentSince } from '../../core/limits.ts';
import { fingerprint } from '../../workspace/export.ts';
import type { End } from '../task.ts';
import { type AttemptContext, type AttemptProgress, wasReviewed } from './attempt-context.ts';
import { describeChange } from './describe-change.ts';
import { judge } from './judge.ts';

/**
 * The agent works until it says that it is done; the proof answers with facts; until proven, or out of rounds. A change
 * that is proven goes back once, to be looked at as a whole: what comes of that can make it better, and never worse.
 */
export async function runRounds(attempt: AttemptContext): Promise<End> {
  const { progress, signal } = attempt;
  try {
    const end = await repeatRounds(attempt);
    if (end.outcome === 'proven' || progress.proven === null) return end;
    return await backToProven(attempt, progress.proven, end.why);
  } catch (error) {
    if (progress.proven === null || signal.aborted || !isProvenTaken(error, attempt)) throw error;
    return await backToProven(attempt, progress.proven, messageOf(error));
  }
}

/** Whether what is proven is better taken as it is: trouble with the model is not worth waiting for then. */
function isProvenTaken(error: unknown, { adapters }: AttemptContext): boolean {
  if (!(error instanceof OperationalError)) return false;
  return isModelFailure(error) || adapters.isPassing?.(error) !== true;
}

async function backToProven(
  { progress, log, files }: AttemptContext,
  { change, proof, round }: NonNullable<AttemptProgress['proven']>,
  why: string,
): Promise<End> {
  const { verification } = proof;
  await log.emit({ type: 'note', text: `the second look came to nothing: ${why}` });
  if (progress.change?.tree !== change.tree) {
    const changed = describeChange(change, await files.paths());
    await log.emit(
      { type: 'changed', files: changed, tree: change.tree },
      { type: 'verified', round, verification },
    );
  }
  Object.assign(progress, { change, proof });
  return { outcome: 'proven', why: verification.why };
}

async function repeatRounds(attempt: AttemptContext): Promise<End> {
  const { logged } = attempt;
  const context = conversation(attempt);
  for (let { round } = logged; ; round++) {
    const { end, fault } =
      (round === logged.round ? logged.agentEnded : null) ?? (await letAgentWork(context, attempt));
    const most = attempt.limits.rounds + (wasReviewed(attempt) ? 1 : 0);
    const judged = await judge(attempt, { round, end, isLast: end !== 'finished' || round > most });
    if ('outcome' in judged)
      return fault === undefined || judged.outcome === 'proven' ? judged : { outcome: 'failed', ...fault };
    await addMessage(context, { role: 'user', content: judged.answer }, ...judged.events);
  }
}

async function letAgentWork(context: AgentContext, attempt: AttemptContext): Promise<AgentEnded> {
  const { log, signal } = attempt;
  const ended = await log
    .stage('agent', () => runAgent(context, signal))
    .then(
      (end) => ({ end }),
      (error: unknown) => endedBy(error, attempt),
    );
  await log.emit({ type: 'agent_ended', ...ended });
  return ended;
}

/** A model that will not answer any more ends the work as a limit does: what is there is tested all the same. */
function endedBy(error: unknown, { adapters, signal }: AttemptContext): AgentEnded {
  if (!isModelFailure(error) || signal.aborted || adapters.isPassing?.(error) === true) throw error;
  return { end: 'model', fault: { code: error.code, why: error.message } };
}

/** The conversation as it was left, or with its first messages alone. */
function conversation(attempt: AttemptContext): AgentContext {
  const { sandbox, complete, limits, log, logged, checkpoint } = attempt;
  const { commandSeconds, outputCharacters } = limits;
  return {
    messages: [...logged.messages],
    tools: [
      createBashTool(sandbox, { seconds: commandSeconds, characters: outputCharacters }),
      createEditorTool(sandbox, outputCharacters),
    ],
    complete,
    limits,
    spent: () => spentSince(logged.spentBefore, log.spent()),
    stepsBefore: logged.spentBefore.steps,
    emit: log.emit,
    news: gatherNews(attempt),
    checkpoint,
    workTree: () => fingerprint(sandbox),
  };
}

/** What the agent is told when it is there: that its sandbox is another one, and the baseline's results. */
function gatherNews({ task, baseline, logged }: AttemptContext): () => News[] {
  const isAtWork = logged.messages.some(({ role }) => role === 'assistant');
  let news: News[] = isAtWork
    ? [{ about: 'resumed', text: resumedMessage(task.resume?.problem ?? null) }]
    : [];
  if (!logged.told.has('baseline'))
    baseline.then(
      (run) => news.push({ about: 'baseline', text: baselineMessage(run) }),
      () => {}, // whoever needs the baseline hears of it
    );
  return () => {
    const now = news;
    news = [];
    return now;
  };
}
