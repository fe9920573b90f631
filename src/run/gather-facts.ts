import type { RunRecord } from '../core/run-record.ts';
import type { Repository, Trigger } from '../core/trigger.ts';
import {
  canTriage,
  type Facts,
  type Permission,
  type PullFacts,
  type SubjectFacts,
} from '../trigger/facts.ts';
import type { Hub, HubPull, HubRepository } from './hub.ts';

interface FactPorts {
  hub: Hub;
  store: {
    findLiveRun(repository: Repository, number: number): Promise<RunRecord | null>;
    latestRun(repository: Repository, number: number): Promise<RunRecord | null>;
  };
  policy: { paused: boolean; allows(repository: Repository): boolean };
}

/** Looks up what a decision rests on, now. */
export async function gatherFacts(
  { repository, actor, subject, command }: Extract<Trigger, { kind: 'asked' }>,
  { hub, store, policy }: FactPorts,
): Promise<Facts> {
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
  return {
    permission,
    config: { paused: policy.paused, allowed: policy.allows(repository), suspended: false },
    repository: state,
    subject:
      subject.kind === 'issue'
        ? await issueFacts(on, subject.number, known, userId)
        : await pullFacts(on, subject.number, userId),
    liveRun: live === null ? null : { id: live.id, state: live.state, url: null },
    budget: { usedUpUntil: null }, // reserved with the run itself, so that two at once cannot both have the last of it
  };
}

function strangersFacts(permission: Permission, repository: Facts['repository']): Facts {
  return {
    permission,
    config: { paused: false, allowed: true, suspended: false },
    repository,
    subject: { state: 'open', locked: false, assignees: [], pull: null, closedBy: [] },
    liveRun: null,
    budget: { usedUpUntil: null },
  };
}

async function issueFacts(
  on: HubRepository,
  number: number,
  ourPull: number | null,
  userId: number,
): Promise<SubjectFacts> {
  const [issue, closing, ours] = await Promise.all([
    on.issue(number),
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
