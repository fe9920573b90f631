import { announceIssue, announceLabel } from './announce.ts';
import { nowOf } from './render/accounts.ts';
import type { Account, Issue, Label, Post, Repository, TimelineEvent, World } from './state.ts';

export function createPost(world: World, account: Account, viaApp: boolean, body: string | null): Post {
  const now = nowOf(world);
  return { id: world.nextId(), body, account, viaApp, createdAt: now, updatedAt: now, reactions: [] };
}

/** Issues and pull requests share their numbers. */
export function createIssue(world: World, repository: Repository, post: Post, title: string): Issue {
  repository.lastNumber += 1;
  const issue: Issue = {
    ...post,
    number: repository.lastNumber,
    title,
    labels: [],
    assignees: [],
    state: 'open',
    stateReason: null,
    locked: false,
    closedAt: null,
    closedBy: null,
    comments: [],
    timeline: [],
    pull: null,
  };
  repository.issues.set(issue.number, issue);
  crossReference(world, repository, issue, post);
  return issue;
}

function record(
  world: World,
  issue: Issue,
  account: Account,
  event: TimelineEvent['event'],
  facts: Pick<TimelineEvent, 'label' | 'source'> = {},
): void {
  issue.timeline.push({ id: world.nextId(), event, account, createdAt: nowOf(world), ...facts });
}

/** Says on the issues that a text names who named them. */
export function crossReference(world: World, repository: Repository, source: Issue, post: Post): void {
  const numbers = new Set(
    [...(post.body ?? '').matchAll(/(?<![\w&])#(\d+)\b/g)].map(([, number]) => Number(number)),
  );
  for (const number of numbers) {
    const named = repository.issues.get(number);
    if (named === undefined || named === source) continue;
    if (named.timeline.some((event) => event.source === source)) continue;
    record(world, named, post.account, 'cross-referenced', { source });
  }
}

/** Closes an issue or a pull request. */
export async function endIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  account: Account,
  reason: Issue['stateReason'],
): Promise<void> {
  issue.state = 'closed';
  issue.stateReason = reason;
  issue.closedAt = nowOf(world);
  issue.updatedAt = issue.closedAt;
  issue.closedBy = account;
  record(world, issue, account, 'closed');
  await announceIssue(world, repository, issue, account, 'closed');
}

export async function reopenIssue(
  world: World,
  repository: Repository,
  issue: Issue,
  account: Account,
): Promise<void> {
  issue.state = 'open';
  issue.stateReason = issue.pull === null ? 'reopened' : null;
  issue.closedAt = null;
  issue.closedBy = null;
  issue.updatedAt = nowOf(world);
  record(world, issue, account, 'reopened');
  await announceIssue(world, repository, issue, account, 'reopened');
}

/** The repository's label of that name; GitHub makes one where there is none. */
function labelNamed(world: World, repository: Repository, name: string): Label {
  const found = findLabel(repository, name);
  if (found !== undefined) return found;
  const label = { id: world.nextId(), name, color: 'ededed', description: null, default: false };
  repository.labels.push(label);
  return label;
}

export function findLabel(repository: Repository, name: string): Label | undefined {
  return repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
}

export async function addLabels(
  world: World,
  repository: Repository,
  issue: Issue,
  account: Account,
  names: readonly string[],
): Promise<void> {
  const labels = names.map((name) => labelNamed(world, repository, name));
  for (const label of new Set(labels).difference(new Set(issue.labels))) {
    issue.labels.push(label);
    issue.updatedAt = nowOf(world);
    record(world, issue, account, 'labeled', { label });
    await announceLabel(world, repository, issue, account, 'labeled', label);
  }
}

export async function removeLabel(
  world: World,
  repository: Repository,
  issue: Issue,
  account: Account,
  label: Label,
): Promise<void> {
  issue.labels = issue.labels.filter((other) => other !== label);
  issue.updatedAt = nowOf(world);
  record(world, issue, account, 'unlabeled', { label });
  await announceLabel(world, repository, issue, account, 'unlabeled', label);
}
