import type { Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { AppIdentity } from '../connection/client.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { repeat } from '../connection/once.ts';
import { collectPages } from '../connection/pages.ts';
import { named } from '../connection/repository-name.ts';

export type Reaction = 'eyes' | 'rocket' | 'confused';

/** What can be reacted to. GitHub's REST API knows no reactions to a review or a check run. */
export type ReactionTarget =
  | { kind: 'issue'; number: number }
  | { kind: 'comment'; id: number }
  | { kind: 'review_comment'; id: number };

const maximumPages = 5;

/** Reacts; GitHub itself keeps one reaction of each kind a user. Nothing happens when the target is gone. */
export async function react(
  octokit: GitHubApi,
  repository: Repository,
  target: ReactionTarget,
  content: Reaction,
): Promise<void> {
  await repeat(octokit, () =>
    orNull(octokit.request(`POST ${path(target)}`, { ...parameters(repository, target), content })),
  );
}

/** Takes our own reaction of that kind back, and nobody else's. */
export async function unreact(
  octokit: GitHubApi,
  repository: Repository,
  target: ReactionTarget,
  content: Reaction,
  me: AppIdentity,
): Promise<void> {
  const where = parameters(repository, target);
  const pages = octokit.paginate.iterator<{ id: number; user: { id: number } | null }>(
    `GET ${path(target)}`,
    {
      ...where,
      content,
      per_page: 100,
    },
  );
  const reactions = await orNull(collectPages(pages, maximumPages));
  for (const { id } of (reactions ?? []).filter(({ user }) => user?.id === me.userId)) {
    await repeat(octokit, () =>
      orNull(octokit.request(`DELETE ${path(target)}/{reaction_id}`, { ...where, reaction_id: id })),
    );
  }
}

function path({ kind }: ReactionTarget): string {
  switch (kind) {
    case 'issue':
      return '/repos/{owner}/{repo}/issues/{target}/reactions';
    case 'comment':
      return '/repos/{owner}/{repo}/issues/comments/{target}/reactions';
    case 'review_comment':
      return '/repos/{owner}/{repo}/pulls/comments/{target}/reactions';
  }
}

function parameters(repository: Repository, target: ReactionTarget) {
  return { ...named(repository), target: target.kind === 'issue' ? target.number : target.id };
}
