import { hasCode } from '../../core/errors.ts';
import { type Asked, hasLabel, type Trigger } from '../../core/trigger.ts';
import { decide, withdrawalReason } from '../../trigger/decide.ts';
import type { Decision } from '../../trigger/facts.ts';
import type { RepositoryWriter } from '../github-ports.ts';
import { answer, react, reply } from './answer.ts';
import { acknowledge, freezeForIssue, freezeForPull, startRun } from './begin-run.ts';
import { cancelRun, concludeLeft } from './cancel-run.ts';
import { isUpToDate } from './fresh.ts';
import { gatherFacts } from './gather-facts.ts';
import type { Request, TriggerPorts } from './trigger-ports.ts';

/**
 * Does what a webhook asks for: starts a run, ends one, or answers. Made again for the same delivery it has the same
 * effect. Says in a few words what became of it, for the log. Rejects when it should be tried again later.
 */
export async function handleTrigger(
  delivery: string,
  trigger: Trigger,
  ports: TriggerPorts,
): Promise<string> {
  if (trigger.kind === 'asked') return handleRequest({ delivery, trigger, ports });
  const { store } = ports;
  if (trigger.kind === 'withdrawn') await concludeLeft(trigger, ports);
  const live =
    trigger.kind === 'removed'
      ? await store.findLiveRuns(trigger)
      : [await store.findLiveRun(trigger.repository, trigger.subject.number)].filter((run) => run !== null);
  if (live.length > 0 && (await isUndone(trigger, ports))) return 'ignored: it was undone since';
  for (const run of live) await cancelRun(run.id, withdrawalReason(trigger), ports);
  return live.length === 0 ? 'nothing was running' : `cancelled ${live.map(({ id }) => id).join(', ')}`;
}

/** A late webhook: the label is on again, or the issue or pull request open. */
async function isUndone(trigger: Withdrawn, { github, onError }: TriggerPorts): Promise<boolean> {
  if (trigger.kind === 'removed' || (trigger.why !== 'unlabeled' && trigger.why !== 'closed')) return false;
  const { repository, subject, why, at } = trigger;
  const reader = github.on(repository);
  const asking = subject.kind === 'issue' ? reader.issue(subject.number) : reader.pull(subject.number);
  const now = await asking.catch((error: unknown) => {
    onError(error); // a run ends also while GitHub does not answer
    return null;
  });
  if (now === null || !isUpToDate(now, at)) return false;
  return why === 'closed' ? now.state === 'open' : 'labels' in now && hasLabel(now.labels);
}

type Withdrawn = Exclude<Trigger, Asked>;

async function handleRequest(request: Request): Promise<string> {
  try {
    return await handleOnce(request);
  } catch (error) {
    // the repository is gone or closed to the App, and asking again does not open it
    if (hasCode(error, 'github_not_found', 'github_forbidden')) return `ignored: ${error.message}`;
    throw error;
  }
}

async function handleOnce(request: Request): Promise<string> {
  const { delivery, trigger, ports } = request;
  const writer = await ports.writer(trigger.repository);
  const begun = await ports.store.runOf(delivery);
  if (begun !== null) return acknowledge(begun, request, writer);
  if (trigger.command.name === 'stop') {
    const left = await concludeLeft(trigger, ports);
    if (left !== null) return `cancelled ${left}`;
  }
  const decision = decide(trigger, await gatherFacts(trigger, ports));
  try {
    return await follow(decision, request, writer);
  } catch (error) {
    if (!hasCode(error, 'bad_config', 'unknown_revision')) throw error; // those can be mended by who asked
    await answer(request, writer, `Nothing was started: ${error.message}`);
    return `refused: ${error.code}`;
  }
}

async function follow(decision: Decision, request: Request, writer: RepositoryWriter): Promise<string> {
  const { ports } = request;
  switch (decision.kind) {
    case 'ignore':
      if (decision.react !== null) await react(request, writer, decision.react);
      return `ignored: ${decision.why}`;
    case 'refuse':
      if (decision.how === 'comment') await answer(request, writer, decision.message);
      else await react(request, writer, 'confused');
      return `refused: ${decision.message}`;
    case 'answer':
      await answer(
        request,
        writer,
        decision.which === 'text' ? decision.message : await reply(decision.which, request),
      );
      return `answered: ${decision.which}`;
    case 'cancel':
      await cancelRun(decision.run, decision.reason, ports);
      await react(request, writer, 'eyes');
      return `cancelled ${decision.run}`;
    case 'run':
      return startRun(await freezeForIssue(decision.issue, request), request, writer);
    case 'retry':
      return startRun(await freezeForPull(decision.pull, request), request, writer);
  }
}
