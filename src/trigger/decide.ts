import type { Actor, Asked, BotCommand, Subject, Trigger, Withdrawal } from '../core/trigger.ts';
import { canTriage, canWrite, type Decision, type DecisionFacts, type PullFacts } from './facts.ts';

/** What to do about a request. Pure: who may, whether it can be done now, and what people are told if not. */
export function decide(asked: Asked, facts: DecisionFacts): Decision {
  const { command, actor } = asked;
  return (
    unreachable(actor, facts) ??
    outdated(asked, facts) ??
    notAllowed(command, facts) ??
    answerAtOnce(asked, facts) ??
    notNow(asked, facts) ??
    (command.name === 'retry'
      ? decideRetry(asked.subject, actor, facts)
      : decideFix(asked.subject, actor, facts))
  );
}

function ignore(why: string, react: 'eyes' | null = null): Decision {
  return { kind: 'ignore', why, react };
}

function refuse(facts: DecisionFacts, message: string): Decision {
  return { kind: 'refuse', message, how: canTriage(facts.permission) ? 'comment' : 'reaction' };
}

/** Nobody would read an answer, or nobody may have one. */
function unreachable(actor: Actor, { repository }: DecisionFacts): Decision | null {
  if (actor.bot) return ignore('bots cannot ask for anything');
  if (repository.archived) return ignore('the repository is archived');
  return null;
}

/** Late webhooks are nothing to tell people of. */
function outdated({ command, at }: Asked, { labelling, liveRun }: DecisionFacts): Decision | null {
  if (labelling !== null && !labelling.isOn) return ignore('the label is off again');
  if (labelling?.isClosedSince) return ignore('the issue was closed since');
  if (labelling?.isServed) return ignore('it was answered before');
  const isOfFormerRun = at !== undefined && liveRun !== null && isBefore(at, liveRun.askedAt);
  return command.name === 'stop' && isOfFormerRun ? ignore('the run was asked for after it') : null;
}

function isBefore(at: string, other: string): boolean {
  return Date.parse(at) < Date.parse(other);
}

function notAllowed({ name }: BotCommand, facts: DecisionFacts): Decision | null {
  const { permission, config } = facts;
  if (name === 'status' || name === 'help') {
    return canTriage(permission) ? null : ignore('status and help are for people who can triage');
  }
  if (!canWrite(permission)) {
    return refuse(
      facts,
      'Nothing was started: this needs write access to the repository. Ask somebody who has it to add the label or to comment.',
    );
  }
  if (config.allowed || name === 'stop') return null;
  return refuse(
    facts,
    'Nothing was started: this repository is not on the list of repositories that ai-fix works on here. An administrator of ai-fix can add it.',
  );
}

function answerAtOnce({ command, actor }: Asked, { liveRun }: DecisionFacts): Decision | null {
  if (command.name === 'status' || command.name === 'help') return { kind: 'answer', which: command.name };
  if (command.name !== 'stop') return null;
  if (liveRun === null) return tell('There is nothing to stop: no run is going on here.');
  return { kind: 'cancel', run: liveRun.id, reason: `@${actor.login} asked to stop it` };
}

function tell(message: string): Decision {
  return { kind: 'answer', which: 'text', message };
}

/** What people are told who ask for a second run beside a live one. */
export const runsAlready =
  'A run is going on here already. Wait for its end, or comment `/deepseek stop` first.';

/** What stands in the way of any new run. */
function notNow({ place }: Asked, facts: DecisionFacts): Decision | null {
  const { liveRun, config, subject } = facts;
  if (liveRun !== null)
    return place.kind === 'label' ? ignore('a run is going on', 'eyes') : tell(runsAlready);
  if (config.paused) {
    return refuse(
      facts,
      'Nothing was started: ai-fix is paused by its administrator. Ask again when it goes on.',
    );
  }
  if (subject.locked) {
    return refuse(facts, 'Nothing was started: this conversation is locked. Unlock it and ask again.');
  }
  return null;
}

function decideFix(subject: Subject, actor: Actor, facts: DecisionFacts): Decision {
  const { state, pull, assignees } = facts.subject;
  if (subject.kind === 'pull_request') {
    const advice = pull?.ours
      ? 'To improve this one, comment `/deepseek retry`.'
      : 'Add the label to an issue instead.';
    return refuse(facts, `Nothing was started: a fix begins with an issue. ${advice}`);
  }
  if (!facts.repository.issuesEnabled) return ignore('issues are switched off');
  if (state === 'closed') {
    return refuse(facts, 'Nothing was started: this issue is closed. Reopen it and ask again.');
  }
  return (
    competing(facts) ??
    assignedTo(assignees, actor, facts) ??
    notAsApproved(facts) ?? { kind: 'run', issue: subject.number }
  );
}

/** An open pull request makes a second one useless: ours can be improved, and people are not competed with. */
function competing(facts: DecisionFacts): Decision | null {
  const open = facts.subject.closedBy.filter(({ state }) => state === 'open');
  const ours = open.find((pull) => pull.ours);
  if (ours !== undefined) {
    return refuse(
      facts,
      `Nothing was started: [#${ours.number}](${ours.url}) is open for this issue. To improve it, comment \`/deepseek retry\` there.`,
    );
  }
  const [other] = open;
  if (other === undefined) return null;
  return refuse(
    facts,
    `Nothing was started: [#${other.number}](${other.url}) is open and would close this issue. If it should not, close it and ask again.`,
  );
}

/** Whoever asks may be assigned: they know of their own work. */
function assignedTo(assignees: readonly Actor[], actor: Actor, facts: DecisionFacts): Decision | null {
  const others = assignees.filter(({ id, bot }) => !bot && id !== actor.id);
  if (others.length === 0 || assignees.some(({ id }) => id === actor.id)) return null;
  const names = others.map(({ login }) => login).join(', ');
  return refuse(
    facts,
    `Nothing was started: this issue is assigned to ${names}, who may be working on it. Take the assignment off and ask again.`,
  );
}

/** What was approved is what is read; where that cannot be known, it is approved again. */
function notAsApproved(facts: DecisionFacts): Decision | null {
  if (!facts.labelling?.mayBeEdited) return null;
  return refuse(
    facts,
    'Nothing was started: ai-fix learned of the label late, and the issue may have been edited since. Read it again, then take the label off and add it anew.',
  );
}

/** On our own open pull request. On an issue it means that pull request, or a new attempt where there is none. */
function decideRetry(subject: Subject, actor: Actor, facts: DecisionFacts): Decision {
  const { pull, closedBy } = facts.subject;
  const onIssue = subject.kind === 'issue';
  const ours = onIssue ? closedBy.find((candidate) => isOpenAndOurs(candidate)) : pull;
  if (ours === undefined && onIssue) return decideFix(subject, actor, facts);
  if (ours === undefined || ours === null) return ignore('the pull request was not found');
  if (!ours.ours) {
    return refuse(
      facts,
      'Nothing was started: this pull request is not by ai-fix, which changes only its own.',
    );
  }
  if (ours.state !== 'open') {
    return refuse(
      facts,
      `Nothing was started: this pull request is ${ours.state}. To begin again, add the label to the issue.`,
    );
  }
  return { kind: 'retry', pull: ours.number };
}

function isOpenAndOurs({ ours, state }: PullFacts): boolean {
  return ours && state === 'open';
}

/** Why a run ends whose subject went away, for people. */
export function withdrawalReason(trigger: Exclude<Trigger, Asked>): string {
  const { why } = trigger;
  const actor = trigger.kind === 'withdrawn' ? trigger.actor : null;
  const who = actor === null ? 'somebody' : `@${actor.login}`;
  const reasons: Record<Withdrawal, string> = {
    unlabeled: `${who} removed the label`,
    closed: `${who} closed it`,
    deleted: `${who} deleted the issue`,
    transferred: `${who} moved the issue to another repository`,
    uninstalled: 'ai-fix was uninstalled',
    suspended: 'the installation of ai-fix was suspended',
    repository_removed: 'ai-fix was taken off this repository',
  };
  return reasons[why];
}
