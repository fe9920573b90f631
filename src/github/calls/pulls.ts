import type { Actor, Repository } from '../../core/trigger.ts';
import { orNull } from '../connection/absent.ts';
import type { AppIdentity } from '../connection/client.ts';
import { faultOf, hasFault } from '../connection/faults.ts';
import type { GitHubApi } from '../connection/octokit.ts';
import { once, repeat } from '../connection/once.ts';
import { keyOf, named } from '../connection/repository-name.ts';
import { actorOf } from './actor.ts';

export interface Pull {
  number: number;
  title: string;
  body: string;
  url: string;
  state: 'open' | 'closed';
  merged: boolean;
  locked: boolean;
  author: Actor | null;
  updatedAt: string;
  /** `repository` is null when the fork it came from is gone. */
  head: { branch: string; commit: string; repository: number | null };
  base: { branch: string; commit: string };
}

export async function getPull(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
): Promise<Pull | null> {
  const answer = await orNull(octokit.rest.pulls.get({ ...named(repository), pull_number: number }));
  return answer === null ? null : pullOf(answer.data);
}

interface RawPull {
  number: number;
  title: string;
  body: string | null;
  html_url: string;
  state: string;
  merged_at: string | null;
  locked: boolean;
  user: { id: number; login: string; type?: string } | null;
  updated_at: string;
  head: { ref: string; sha: string; repo: { id: number } | null };
  base: { ref: string; sha: string };
}

function pullOf(raw: RawPull): Pull {
  return {
    number: raw.number,
    title: raw.title,
    body: raw.body ?? '',
    url: raw.html_url,
    state: raw.state === 'closed' ? 'closed' : 'open',
    merged: raw.merged_at !== null,
    locked: raw.locked,
    author: actorOf(raw.user),
    updatedAt: raw.updated_at,
    head: { branch: raw.head.ref, commit: raw.head.sha, repository: raw.head.repo?.id ?? null },
    base: { branch: raw.base.ref, commit: raw.base.sha },
  };
}

export interface NewPull {
  title: string;
  body: string;
  branch: string;
  /** The commit that the branch points to. */
  commit: string;
  base: string;
}

/**
 * Opens a draft, once: our open pull request from that branch is the one, or one of that commit that somebody closed
 * meanwhile. Where GitHub offers no drafts (private repositories of free accounts) it is opened without.
 */
export async function createDraftPull(
  octokit: GitHubApi,
  repository: Repository,
  pull: NewPull,
  me: AppIdentity,
): Promise<Pull> {
  const open = (draft: boolean) =>
    once(octokit, {
      key: keyOf(repository, `pull ${pull.branch}`),
      find: () => findOurPull(octokit, repository, pull, me),
      make: async () => {
        const { title, body, branch, base } = pull;
        const asked = { ...named(repository), title, body, head: branch, base, draft };
        return pullOf((await octokit.rest.pulls.create(asked)).data);
      },
      notYet: isUnseenBranch,
    });
  try {
    return await open(true);
  } catch (error) {
    if (!isWithoutDrafts(error)) throw error;
    return await open(false);
  }
}

async function findOurPull(
  octokit: GitHubApi,
  repository: Repository,
  { branch, commit }: NewPull,
  me: AppIdentity,
): Promise<Pull | null> {
  const head = `${repository.owner}:${branch}`;
  const { data } = await octokit.rest.pulls.list({ ...named(repository), head, state: 'all', per_page: 100 });
  const ours = data
    .map(pullOf)
    .filter((pull) => pull.author?.id === me.userId && pull.head.branch === branch);
  return (
    ours.find(({ state }) => state === 'open') ?? ours.find((pull) => pull.head.commit === commit) ?? null
  );
}

/** GitHub may not see a branch right after it was made. */
function isUnseenBranch(error: unknown): boolean {
  const fault = faultOf(error);
  return fault?.kind === 'validation' && fault.about.includes('head:invalid');
}

function isWithoutDrafts(error: unknown): boolean {
  const fault = faultOf(error);
  return fault?.kind === 'validation' && fault.messages.some((text) => /draft pull requests/i.test(text));
}

/** Replaces a pull request's description. */
export async function updatePull(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
  body: string,
): Promise<void> {
  await repeat(octokit, () => octokit.rest.pulls.update({ ...named(repository), pull_number: number, body }));
}

/** False when GitHub does not take that person as a reviewer, such as one without access. */
export async function requestReviewer(
  octokit: GitHubApi,
  repository: Repository,
  number: number,
  login: string,
): Promise<boolean> {
  const where = { ...named(repository), pull_number: number };
  try {
    await repeat(octokit, () => octokit.rest.pulls.requestReviewers({ ...where, reviewers: [login] }));
    return true;
  } catch (error) {
    if (hasFault(error, 'validation')) return false;
    throw error;
  }
}
