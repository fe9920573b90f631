import type { Actor, Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { once, repeat } from '../connection/once.ts';
import { keyOf, named } from '../connection/repository-name.ts';
import { actorOf } from './actor.ts';

export interface Issue {
  number: number;
  title: string;
  body: string;
  url: string;
  state: 'open' | 'closed';
  locked: boolean;
  author: Actor | null;
  labels: string[];
  assignees: Actor[];
  updatedAt: string;
  closedAt: string | null;
}

/** The issue, or null when it was deleted or transferred to another repository. */
export async function getIssue(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
): Promise<Issue | null> {
  const answer = await orNull(octokit.rest.issues.get({ ...named(repository), issue_number: number }));
  if (answer === null || isElsewhere(answer.url, repository)) return null;
  const { data } = answer;
  return {
    number: data.number,
    title: data.title,
    body: data.body ?? '',
    url: data.html_url,
    state: data.state === 'closed' ? 'closed' : 'open',
    locked: data.locked,
    author: actorOf(data.user),
    labels: data.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))),
    assignees: (data.assignees ?? []).map(actorOf).filter((actor) => actor !== null),
    updatedAt: data.updated_at,
    closedAt: data.closed_at,
  };
}

/** GitHub answers for a transferred issue with a redirect to `/repositories/ID/...` of where it is now. */
function isElsewhere(url: string, { id }: Repository): boolean {
  const found = /\/repositories\/(\d+)\//.exec(new URL(url).pathname)?.[1];
  return found !== undefined && Number(found) !== id;
}

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** What somebody may do in the repository now. Asked by login, so the id must match: a login can change hands. */
export async function permissionOf(
  octokit: GitHubApi,
  repository: Repository,
  actor: Actor,
): Promise<Permission> {
  const answer = await orNull(
    octokit.rest.repos.getCollaboratorPermissionLevel({ ...named(repository), username: actor.login }),
  );
  // says so when it is the repository that is gone, not the person
  if (answer === null) await octokit.rest.repos.get(named(repository));
  if (answer === null || answer.data.user?.id !== actor.id) return 'none';
  const { permissions } = answer.data.user;
  if (permissions?.admin) return 'admin';
  if (permissions?.maintain) return 'maintain';
  if (permissions?.push) return 'write';
  if (permissions?.triage) return 'triage';
  return permissions?.pull ? 'read' : 'none';
}

export interface Label {
  name: string;
  /** Six hexadecimal digits. */
  color: string;
  description: string;
}

/** Makes the label unless the repository has one of that name; a colour that people gave it stays. */
export async function ensureLabel(octokit: GitHubApi, repository: Repository, label: Label): Promise<void> {
  const { getLabel, createLabel } = octokit.rest.issues;
  await once<{ status: number }>(octokit, {
    key: keyOf(repository, `label ${label.name}`),
    find: () => orNull(getLabel({ ...named(repository), name: label.name })),
    make: () => createLabel({ ...named(repository), ...label }),
  });
}

/** Takes a label off; that it is not there is well too. */
export async function removeLabel(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
  name: string,
): Promise<void> {
  await repeat(octokit, () =>
    orNull(octokit.rest.issues.removeLabel({ ...named(repository), issue_number: number, name })),
  );
}
