import { Hono } from 'hono';
import { z } from 'zod';
import { reading, visit, visitToWrite, writing } from '../access.ts';
import { readCommit, writeCommit } from '../git/objects.ts';
import { mergeTrees, writeRef } from '../git/refs.ts';
import { type Env, readBody } from '../http.ts';
import { afterMove, markMerged } from '../ref-moves.ts';
import { Refusal } from '../refusal.ts';
import { emailOf } from '../render/accounts.ts';
import { personOf } from '../render/git.ts';
import type { PullIssue } from '../render/pulls.ts';
import type { Account, Repository, World } from '../state.ts';
import { pullOf } from './pulls.ts';

const mergeBody = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
});

/** Merging pull requests: real three-way merges. */
export function mergeRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const path = '/repos/:owner/:repo/pulls/:number/merge';

  routes.get(path, (c) => {
    const { repository } = visit(world, c, reading('pull_requests'));
    const merged = pullOf(c, repository).pull.mergedAt !== null;
    if (!merged) throw new Refusal(404, 'Not Found');
    return c.body(null, 204);
  });

  routes.put(path, async (c) => {
    const { repository, account } = visitToWrite(world, c, writing('write', 'contents'));
    const issue = pullOf(c, repository);
    const { pull } = issue;
    const input = await readBody(c, mergeBody);
    if (pull.draft) throw new Refusal(405, 'Pull Request is still a draft');
    if (issue.state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable');
    if (input.sha !== undefined && input.sha !== pull.head.sha) {
      throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
    }
    if (input.merge_method === 'rebase') {
      throw new Refusal(405, 'Rebase merges are not allowed on this repository.');
    }
    const sha = await mergeCommit(world, repository, issue, account, input);
    const before = pull.base.sha;
    await writeRef(repository.git, `refs/heads/${pull.base.ref}`, sha);
    await markMerged(world, repository, issue, sha, account);
    const move = { ref: `refs/heads/${pull.base.ref}`, before, after: sha };
    await afterMove(world, repository, move, account);
    return c.json({ sha, merged: true, message: 'Pull Request successfully merged' });
  });

  return routes;
}

async function mergeCommit(
  world: World,
  repository: Repository,
  issue: PullIssue,
  account: Account,
  input: z.infer<typeof mergeBody>,
): Promise<string> {
  const { base, head } = issue.pull;
  const tree = await mergeTrees(repository.git, base.sha, head.sha);
  if (tree === null) throw new Refusal(405, 'Pull Request is not mergeable');
  const squash = input.merge_method === 'squash';
  const title = squash
    ? `${issue.title} (#${issue.number})`
    : `Merge pull request #${issue.number} from ${repository.owner.login}/${head.ref}`;
  const text =
    input.commit_message ?? (squash ? (await readCommit(repository.git, head.sha)).message : issue.title);
  const person = personOf(world, account, emailOf(account));
  return writeCommit(repository.git, {
    tree,
    parents: squash ? [base.sha] : [base.sha, head.sha],
    author: person,
    committer: { ...person, name: 'GitHub', email: 'noreply@github.com' },
    message: `${input.commit_title ?? title}\n\n${text}`,
    signature: null,
  });
}
