import type { RunRecord } from '../../core/run-record.ts';
import { hasLabel, type Repository, type Trigger } from '../../core/trigger.ts';
import {
  canTriage,
  canWrite,
  type Facts,
  type LabellingFacts,
  type Permission,
  type PullFacts,
  type SubjectFacts,
} from '../../trigger/facts.ts';
import type { Hub, HubIssue, HubPull, HubRepository } from '../hub.ts';
import { isUpToDate } from './fresh.ts';

interface FactPorts {
  hub: Hub;
  store: {
    findLiveRun(repository: Repository, number: number): Promise<RunRecord | null>;
    latestRun(repository: Repository, number: number): Promise<RunRecord | null>;
    isServed(repository: Repository, number: number, labelling: Labelling): Promise<boolean>;
  };
  policy: { paused: boolean; allows(repository: Repository): boolean };
}

/** A labelling by its time and, where no webhook told of it, by GitHub's id and which one of its second it is. */
interface Labelling {
  at: string;
  event: number | null;
  nth: number;
}

type Asked = Extract<Trigger, { kind: 'asked' }>;

/** Looks up what a decision rests on, now. */
export async function gatherFacts(trigger: Asked, ports: FactPorts): Promise<Facts> {
  const { repository, actor, subject, command, place } = trigger;
  const { hub, store, policy } = ports;
  const on = hub.on(repository);
  const [about, permission] = await Promise.all([on.about(), on.permission(actor)]);
  const state = { archived: about.archived, issuesEnabled: about.issues };
  if (!canTriage(permission)) return strangersFacts(permission, state); // who cannot ask must not cost requests
  const { userId } = await hub.me(repository);
  const [live, latest] = await Promise.all([
    store.findLiveRun(repository, subject.number),
    store.latestRun(repository, subject.number),
  ]);
  const pull = latest?.end?.published?.pull ?? latest?.request.pull?.number ?? null;
  const known = command.name === 'fix' || command.name === 'retry' ? pull : null;
  const issue = subject.kind === 'issue' ? await on.issue(subject.number) : null;
  return {
    permission,
    config: { paused: policy.paused, allowed: policy.allows(repository) },
    repository: state,
    subject:
      subject.kind === 'issue'
        ? await issueFacts(on, issue, subject.number, known, userId)
        : await pullFacts(on, subject.number, userId),
    liveRun: live === null ? null : liveFacts(live),
    labelling: place.kind === 'label' ? await labellingFacts(trigger, issue, on, ports) : null,
  };
}

function strangersFacts(permission: Permission, repository: Facts['repository']): Facts {
  return {
    permission,
    config: { paused: false, allowed: true },
    repository,
    subject: { state: 'open', locked: false, assignees: [], pull: null, closedBy: [] },
    liveRun: null,
    labelling: null,
  };
}

function liveFacts({ id, request, createdAt }: RunRecord): Facts['liveRun'] {
  return { id, askedAt: request.askedAt ?? createdAt };
}

/** GitHub's answer counts as far as it is as new as the labelling. */
async function labellingFacts(
  { at, place, approved, repository, subject }: Asked,
  issue: HubIssue | null,
  on: HubRepository,
  { store }: FactPorts,
): Promise<LabellingFacts> {
  const closedAt = issue?.closedAt ?? null;
  const { event = null, nth = 1 } = place.kind === 'label' ? place : {};
  return {
    isOn: issue === null || hasLabel(issue.labels) || !isUpToDate(issue, at),
    isClosedSince: at !== undefined && closedAt !== null && Date.parse(closedAt) >= Date.parse(at),
    isServed: at !== undefined && (await store.isServed(repository, subject.number, { at, event, nth })),
    mayBeEdited: event !== null && approved === undefined && (await mayBeEdited(issue, at, on)),
  };
}

/** Who may not write may still edit their own issue. GitHub tells that it changed, not what. */
async function mayBeEdited(
  issue: HubIssue | null,
  at: string | undefined,
  on: HubRepository,
): Promise<boolean> {
  if (issue === null || at === undefined || Date.parse(issue.updatedAt) <= Date.parse(at)) return false;
  return issue.author === null || !canWrite(await on.permission(issue.author));
}

async function issueFacts(
  on: HubRepository,
  issue: HubIssue | null,
  number: number,
  ourPull: number | null,
  userId: number,
): Promise<SubjectFacts> {
  const [closing, ours] = await Promise.all([
    on.closingPulls(number),
    ourPull === null ? null : on.pull(ourPull),
  ]);
  const others = closing
    .filter((pull) => pull.number !== ours?.number)
    .map(({ author, ...pull }): PullFacts => ({ ...pull, ours: author?.id === userId }));
  return {
    state: issue?.state ?? 'closed',
    locked: issue?.locked ?? false,
    assignees: issue?.assignees ?? [],
    pull: null,
    closedBy: ours === null ? others : [factsOfPull(ours, userId), ...others],
  };
}

async function pullFacts(on: HubRepository, number: number, userId: number): Promise<SubjectFacts> {
  const pull = await on.pull(number);
  return {
    state: pull?.state ?? 'closed',
    locked: pull?.locked ?? false,
    assignees: [],
    pull: pull === null ? null : factsOfPull(pull, userId),
    closedBy: [],
  };
}

function factsOfPull({ number, url, state, merged, author }: HubPull, userId: number): PullFacts {
  return { number, url, state: merged ? 'merged' : state, ours: author?.id === userId };
}
