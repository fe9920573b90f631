import { announce, announceIssue } from './announce.ts';
import { readCommit } from './git/objects.ts';
import { changedPaths, commitsSince, isAncestor, listRefs, writeRef } from './git/refs.ts';
import { endIssue } from './issue-changes.ts';
import { emailOf, nowOf, renderAccount } from './render/accounts.ts';
import { renderSuite } from './render/checks.ts';
import { renderPushedCommit } from './render/git.ts';
import { isPull, type PullIssue } from './render/pulls.ts';
import { pageUrl, renderRepository } from './render/repositories.ts';
import {
  type Account,
  type CheckSuite,
  fullName,
  installationOf,
  type Repository,
  type World,
} from './state.ts';

export interface RefMove {
  ref: string;
  before: string | null;
  after: string | null;
}

const nothing = '0'.repeat(40);
const mostCommits = 20;

/** What follows when a ref has moved, whoever moved it and how: a push, a check suite, pull requests that move along. */
export async function afterMove(
  world: World,
  repository: Repository,
  move: RefMove,
  sender: Account,
): Promise<void> {
  repository.pushedAt = nowOf(world);
  const { ref, before } = move;
  world.moves.push({ repository: fullName(repository), ref, before, at: world.now().getTime() });
  announce(world, 'push', repository, sender, await pushOf(world, repository, move, sender));
  const branch = /^refs\/heads\/(.+)$/.exec(move.ref)?.[1];
  if (branch === undefined) return;
  if (move.after !== null)
    await requestSuite(world, repository, branch, { ...move, after: move.after }, sender);
  for (const issue of repository.issues.values().filter(isPull).toArray()) {
    if (issue.state === 'open') await moveAlong(world, repository, issue, branch, move, sender);
  }
}

async function pushOf(world: World, repository: Repository, move: RefMove, sender: Account) {
  const { ref, before, after } = move;
  const page = pageUrl(world, repository);
  const commits = after === null ? [] : await newCommits(world, repository, move, after);
  const head =
    after === null ? null : renderPushedCommit(world, repository, await readCommit(repository.git, after));
  const seconds = (time: string) => Math.floor(Date.parse(time) / 1000);
  return {
    ref,
    before: before ?? nothing,
    after: after ?? nothing,
    created: before === null,
    deleted: after === null,
    forced: before !== null && after !== null && !(await isAncestor(repository.git, before, after)),
    base_ref: null,
    compare: `${page}/compare/${(before ?? nothing).slice(0, 12)}...${(after ?? nothing).slice(0, 12)}`,
    commits,
    head_commit: head === null ? null : { ...head, added: [], removed: [], modified: [], ...commits.at(-1) },
    pusher: { name: sender.login, email: emailOf(sender) },
    repository: {
      ...renderRepository(world, repository),
      url: page,
      created_at: seconds(repository.createdAt),
      pushed_at: seconds(repository.pushedAt),
      master_branch: repository.defaultBranch,
      stargazers: 0,
      owner: {
        ...renderAccount(world, repository.owner),
        name: repository.owner.login,
        email: emailOf(repository.owner),
      },
    },
  };
}

async function newCommits(world: World, repository: Repository, { ref, before }: RefMove, after: string) {
  const others = (await listRefs(repository.git, 'refs/heads/')).filter((other) => other.ref !== ref);
  const known = before === null ? others.map(({ sha }) => sha) : [before];
  const commits = await commitsSince(repository.git, after, known);
  return Promise.all(
    commits.slice(-mostCommits).map(async (sha) => ({
      ...renderPushedCommit(world, repository, await readCommit(repository.git, sha)),
      ...(await changedPaths(repository.git, sha)),
    })),
  );
}

/** A suite per App and commit, requested when the commit arrives. */
async function requestSuite(
  world: World,
  repository: Repository,
  branch: string,
  { before, after }: RefMove & { after: string },
  sender: Account,
): Promise<void> {
  if (installationOf(world, repository)?.permissions.checks === undefined) return;
  if (repository.suites.some(({ sha }) => sha === after)) return;
  const suite = openSuite(world, repository, after, branch, before);
  announce(world, 'check_suite', repository, sender, {
    action: 'requested',
    check_suite: await renderSuite(world, repository, suite),
  });
}

export function openSuite(
  world: World,
  repository: Repository,
  sha: string,
  branch: string | null,
  before: string | null,
): CheckSuite {
  const now = nowOf(world);
  const suite = { id: world.nextId(), sha, branch, before, createdAt: now, updatedAt: now };
  repository.suites.push(suite);
  return suite;
}

async function moveAlong(
  world: World,
  repository: Repository,
  issue: PullIssue,
  branch: string,
  { before, after }: RefMove,
  sender: Account,
): Promise<void> {
  const { pull } = issue;
  if (pull.base.ref === branch && after !== null) {
    pull.base.sha = after;
    if (await isAncestor(repository.git, pull.head.sha, after)) {
      await markMerged(world, repository, issue, after, sender);
    }
  } else if (pull.head.ref === branch && after === null) {
    await endIssue(world, repository, issue, sender, null);
  } else if (pull.head.ref === branch && after !== null) {
    pull.head.sha = after;
    await writeRef(repository.git, `refs/pull/${issue.number}/head`, after);
    issue.updatedAt = nowOf(world);
    await announceIssue(world, repository, issue, sender, 'synchronize', {
      before: before ?? nothing,
      after,
    });
  }
}

const closing = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;

/** Ends a pull request as merged and closes what it says it closes. */
export async function markMerged(
  world: World,
  repository: Repository,
  issue: PullIssue,
  commit: string,
  sender: Account,
): Promise<void> {
  issue.pull.mergedAt = nowOf(world);
  issue.pull.mergedBy = sender;
  issue.pull.mergeCommit = commit;
  await endIssue(world, repository, issue, sender, null);
  if (issue.pull.base.ref !== repository.defaultBranch) return;
  for (const [, number] of (issue.body ?? '').matchAll(closing)) {
    const closed = repository.issues.get(Number(number));
    if (closed?.state === 'open') await endIssue(world, repository, closed, sender, 'completed');
  }
}
