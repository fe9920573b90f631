import type { RunRecord } from '../../core/run-record.ts';
import { type Asked, hasLabel, type Repository } from '../../core/trigger.ts';
import {
  canTriage,
  canWrite,
  type DecisionFacts,
  type LabellingFacts,
  type Permission,
  type PullFacts,
  type SubjectFacts,
} from '../../trigger/facts.ts';
import type { GitHubIssue, GitHubPull, GitHubReader, RepositoryReader } from '../github-ports.ts';
import { isUpToDate } from './fresh.ts';

interface FactPorts {
  github: GitHubReader;
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

/** Looks up what a decision rests on, now. */
export async function gatherFacts(trigger: Asked, ports: FactPorts): Promise<DecisionFacts> {
  const { repository, actor, subject, command, place } = trigger;
  const { github, store, policy } = ports;
  const reader = github.on(repository);
  const [about, permission] = await Promise.all([reader.about(), reader.permission(actor)]);
  const state = { archived: about.archived, issuesEnabled: about.issues };
  if (!canTriage(permission)) return strangersFacts(permission, state); // who cannot ask must not cost requests
  const { userId } = await github.me(repository);
  const [live, latest] = await Promise.all([
    store.findLiveRun(repository, subject.number),
    store.latestRun(repository, subject.number),
  ]);
  const pull = latest?.end?.published?.pull ?? latest?.request.pull?.number ?? null;
  const known = command.name === 'fix' || command.name === 'retry' ? pull : null;
  const issue = subject.kind === 'issue' ? await reader.issue(subject.number) : null;
  return {
    permission,
    config: { paused: policy.paused, allowed: policy.allows(repository) },
    repository: state,
    subject:
      subject.kind === 'issue'
        ? await issueFacts(reader, issue, subject.number, known, userId)
        : await pullFacts(reader, subject.number, userId),
    liveRun: live === null ? null : liveFacts(live),
    labelling: place.kind === 'label' ? await labellingFacts(trigger, issue, reader, ports) : null,
  };
}

function strangersFacts(permission: Permission, repository: DecisionFacts['repository']): DecisionFacts {
  return {
    permission,
    config: { paused: false, allowed: true },
    repository,
    subject: { state: 'open', locked: false, assignees: [], pull: null, closedBy: [] },
    liveRun: null,
    labelling: null,
  };
}

function liveFacts({ id, request, createdAt }: RunRecord): DecisionFacts['liveRun'] {
  return { id, askedAt: request.askedAt ?? createdAt };
}

/** GitHub's answer counts as far as it is as new as the labelling. */
async function labellingFacts(
  { at, place, approved, repository, subject }: Asked,
  issue: GitHubIssue | null,
  reader: RepositoryReader,
  { store }: FactPorts,
): Promise<LabellingFacts> {
  const closedAt = issue?.closedAt ?? null;
  const { event = null, nth = 1 } = place.kind === 'label' ? place : {};
  return {
    isOn: issue === null || hasLabel(issue.labels) || !isUpToDate(issue, at),
    isClosedSince: at !== undefined && closedAt !== null && Date.parse(closedAt) >= Date.parse(at),
    isServed: at !== undefined && (await store.isServed(repository, subject.number, { at, event, nth })),
    mayBeEdited: event !== null && approved === undefined && (await mayBeEdited(issue, at, reader)),
  };
}

/** Who may not write may still edit their own issue. GitHub tells that it changed, not what. */
async function mayBeEdited(
  issue: GitHubIssue | null,
  at: string | undefined,
  reader: RepositoryReader,
): Promise<boolean> {
  if (issue === null || at === undefined || Date.parse(issue.updatedAt) <= Date.parse(at)) return false;
  return issue.author === null || !canWrite(await reader.permission(issue.author));
}

async function issueFacts(
  reader: RepositoryReader,
  issue: GitHubIssue | null,
  number: number,
  ourPull: number | null,
  userId: number,
): Promise<SubjectFacts> {
  const [closing, ours] = await Promise.all([
    reader.closingPulls(number),
    ourPull === null ? null : reader.pull(ourPull),
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

async function pullFacts(reader: RepositoryReader, number: number, userId: number): Promise<SubjectFacts> {
  const pull = await reader.pull(number);
  return {
    state: pull?.state ?? 'closed',
    locked: pull?.locked ?? false,
    assignees: [],
    pull: pull === null ? null : factsOfPull(pull, userId),
    closedBy: [],
  };
}

function factsOfPull({ number, url, state, merged, author }: GitHubPull, userId: number): PullFacts {
  return { number, url, state: merged ? 'merged' : state, ours: author?.id === userId };
}
