import { Hono } from 'hono';
import { z } from 'zod';
import { hasLevel, reading, visit, visitToWrite, type WritingVisit, writing } from '../access.ts';
import { announceIssue } from '../announce.ts';
import { patchOf } from '../git/diff.ts';
import { commitsSince, mergeBase, readRef, writeRef } from '../git/refs.ts';
import { checkBody, type Env, numberParam, paged, type Request, readBody } from '../http.ts';
import { createIssue, createPost } from '../issue-changes.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { nowOf, renderAccount } from '../render/accounts.ts';
import { renderFile } from '../render/git.ts';
import { comparisonOf, isPull, type PullIssue, renderPull, renderSimplePull } from '../render/pulls.ts';
import { findAccount, type Repository, type World } from '../state.ts';
import { renderAll } from './commits.ts';
import { changeIssue, ordered } from './issues.ts';

const pullBody = z.object({
  title: z.string(),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().default(false),
  maintainer_can_modify: z.boolean().optional(),
});
const pullChange = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().optional(),
});

export function pullOf(c: Request, repository: Repository): PullIssue {
  const issue = repository.issues.get(numberParam(c, 'number'));
  if (issue === undefined || !isPull(issue)) throw notFound();
  return issue;
}

export function pullRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/pulls';
  const read = reading('pull_requests');

  routes.get(base, (c) => {
    const { repository } = visit(world, c, read);
    const found = repository.issues.values().filter(isPull).filter(filterOf(c, repository)).toArray();
    return c.json(
      paged(c, world, ordered(c, found).filter(isPull)).map((issue) =>
        renderSimplePull(world, repository, issue),
      ),
    );
  });

  routes.post(base, async (c) => {
    const found = visitToWrite(world, c, writing('read', 'pull_requests'));
    const issue = await openPull(world, found, await readBody(c, pullBody));
    return c.json(await renderPull(world, found.repository, issue), 201);
  });

  routes.get(`${base}/:number`, async (c) => {
    const { repository } = visit(world, c, read);
    const issue = pullOf(c, repository);
    if (/\.(diff|patch)/.test(c.req.header('accept') ?? '')) {
      const { base } = await comparisonOf(repository, issue.pull);
      return c.text(await patchOf(repository.git, base, issue.pull.head.sha));
    }
    return c.json(await renderPull(world, repository, issue));
  });

  routes.patch(`${base}/:number`, async (c) => {
    const found = visitToWrite(world, c, writing('read', 'pull_requests'));
    const { repository, account } = found;
    const issue = pullOf(c, repository);
    if (issue.account.id !== account.id && !hasLevel(world, found, 'triage', 'pull_requests')) {
      throw new Refusal(403, 'Must have admin rights to Repository.');
    }
    const { base: target, ...input } = await readBody(c, pullChange);
    if (input.state === 'open' && issue.state === 'closed') await checkReopening(repository, issue);
    if (target !== undefined) await retarget(world, found, issue, target);
    await changeIssue(world, found, issue, input);
    return c.json(await renderPull(world, repository, issue));
  });

  routes.get(`${base}/:number/files`, async (c) => {
    const { repository } = visit(world, c, read);
    const { pull } = pullOf(c, repository);
    const { files } = await comparisonOf(repository, pull);
    return c.json(paged(c, world, files).map((file) => renderFile(world, repository, pull.head.sha, file)));
  });

  routes.get(`${base}/:number/commits`, async (c) => {
    const { repository } = visit(world, c, read);
    const { commits } = await comparisonOf(repository, pullOf(c, repository).pull);
    return c.json(await renderAll(world, repository, paged(c, world, commits)));
  });

  routes.post(`${base}/:number/requested_reviewers`, async (c) => {
    const { repository, account } = visitToWrite(world, c, writing('write', 'pull_requests'));
    const issue = pullOf(c, repository);
    const { reviewers } = await readBody(c, z.object({ reviewers: z.array(z.string()).default([]) }));
    for (const login of reviewers) {
      const reviewer = findAccount(world, login);
      if (reviewer === undefined || reviewer.id === issue.account.id) {
        throw new Refusal(
          422,
          reviewer === undefined
            ? 'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of this repository.'
            : 'Review cannot be requested from pull request author.',
        );
      }
      if (issue.pull.requestedReviewers.includes(reviewer)) continue;
      issue.pull.requestedReviewers.push(reviewer);
      const facts = { requested_reviewer: renderAccount(world, reviewer) };
      await announceIssue(world, repository, issue, account, 'review_requested', facts);
    }
    return c.json(renderSimplePull(world, repository, issue), 201);
  });

  return routes;
}

async function openPull(
  world: World,
  { repository, actor, account }: WritingVisit,
  input: z.infer<typeof pullBody>,
): Promise<PullIssue> {
  checkBody(input.body, 'PullRequest');
  if (input.title.trim() === '') {
    throw invalid({ resource: 'PullRequest', code: 'missing_field', field: 'title' });
  }
  const [base, head] = await endsOf(repository, input);
  const same = repository.issues
    .values()
    .filter(isPull)
    .find(({ state, pull }) => state === 'open' && pull.head.ref === head.ref && pull.base.ref === base.ref);
  if (same !== undefined) {
    throw custom(`A pull request already exists for ${repository.owner.login}:${head.ref}.`);
  }
  if ((await mergeBase(repository.git, base.sha, head.sha)) === null) {
    throw custom(`The ${head.ref} branch has no history in common with ${base.ref}`);
  }
  if ((await commitsSince(repository.git, head.sha, [base.sha])).length === 0) {
    throw custom(`No commits between ${base.ref} and ${head.ref}`);
  }
  const post = createPost(world, account, actor.kind === 'installation', input.body ?? null);
  const issue = Object.assign(createIssue(world, repository, post, input.title), {
    pull: {
      id: world.nextId(),
      head,
      base,
      draft: input.draft,
      mergedAt: null,
      mergedBy: null,
      mergeCommit: null,
      reviews: [],
      comments: [],
      requestedReviewers: [],
    },
  });
  await writeRef(repository.git, `refs/pull/${issue.number}/head`, head.sha);
  await announceIssue(world, repository, issue, account, 'opened');
  return issue;
}

async function endsOf(repository: Repository, input: { head: string; base: string }) {
  const owner = `${repository.owner.login.toLowerCase()}:`;
  const headName = input.head.toLowerCase().startsWith(owner) ? input.head.slice(owner.length) : input.head;
  const [base, head] = await Promise.all([
    readRef(repository.git, `refs/heads/${input.base}`),
    readRef(repository.git, `refs/heads/${headName}`),
  ]);
  if (head === null) throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  if (base === null) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  return [
    { ref: input.base, sha: base.sha },
    { ref: headName, sha: head.sha },
  ] as const;
}

function custom(message: string): Refusal {
  return invalid({ resource: 'PullRequest', code: 'custom', message });
}

/** A merged pull request, or one whose branch is gone, stays closed. */
async function checkReopening(repository: Repository, { pull }: PullIssue): Promise<void> {
  const head = await readRef(repository.git, `refs/heads/${pull.head.ref}`);
  if (pull.mergedAt === null && head !== null) {
    pull.head.sha = head.sha;
    return;
  }
  const message =
    pull.mergedAt === null ? `The ${pull.head.ref} branch was deleted.` : 'The pull request was merged.';
  throw invalid({ resource: 'PullRequest', code: 'invalid', field: 'state', message });
}

async function retarget(
  world: World,
  { repository, account }: WritingVisit,
  issue: PullIssue,
  target: string,
): Promise<void> {
  const base = await readRef(repository.git, `refs/heads/${target}`);
  if (base === null) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  const { ref, sha } = issue.pull.base;
  if (ref === target) return;
  issue.pull.base = { ref: target, sha: base.sha };
  issue.updatedAt = nowOf(world);
  const changes = { base: { ref: { from: ref }, sha: { from: sha } } };
  await announceIssue(world, repository, issue, account, 'edited', { changes });
}

/** `head` counts only with its owner: `owner:branch`. */
function filterOf(c: Request, repository: Repository): (issue: PullIssue) => boolean {
  const state = c.req.query('state') ?? 'open';
  const [base, head] = [c.req.query('base'), c.req.query('head')];
  const byHead = head?.includes(':') === true;
  return (issue) =>
    (state === 'all' || issue.state === state) &&
    (base === undefined || issue.pull.base.ref === base) &&
    (!byHead || `${repository.owner.login}:${issue.pull.head.ref}`.toLowerCase() === head?.toLowerCase());
}
