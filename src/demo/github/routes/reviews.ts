import { Hono } from 'hono';
import { z } from 'zod';
import { reading, visit, visitToWrite, type WritingVisit, writing } from '../access.ts';
import { announce } from '../announce.ts';
import { checkBody, type Env, numberParam, paged, type Request, readBody } from '../http.ts';
import { createPost } from '../issue-changes.ts';
import { notFound, Refusal } from '../refusal.ts';
import { nowOf } from '../render/accounts.ts';
import { type PullIssue, renderReview, renderReviewComment, renderSimplePull } from '../render/pulls.ts';
import type { Account, Repository, Review, ReviewComment, World } from '../state.ts';
import { pullOf } from './pulls.ts';
import { commentAt, place, publishComment } from './review-comments.ts';

const reviewBody = z.object({
  commit_id: z.string().optional(),
  body: z.string().default(''),
  event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']).optional(),
  comments: z.array(place).default([]),
});
type ReviewInput = z.infer<typeof reviewBody>;

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

/** Reviews of pull requests, with their comments. */
export function reviewRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/pulls/:number/reviews';

  routes.get(base, (c) => {
    const { repository } = visit(world, c, reading('pull_requests'));
    const issue = pullOf(c, repository);
    return c.json(
      paged(c, world, issue.pull.reviews).map((one) => renderReview(world, repository, issue, one)),
    );
  });

  routes.get(`${base}/:id`, (c) => {
    const { repository } = visit(world, c, reading('pull_requests'));
    const issue = pullOf(c, repository);
    return c.json(renderReview(world, repository, issue, reviewById(c, issue)));
  });

  routes.get(`${base}/:id/comments`, (c) => {
    const { repository } = visit(world, c, reading('pull_requests'));
    const issue = pullOf(c, repository);
    const review = reviewById(c, issue);
    const found = issue.pull.comments.filter((comment) => comment.review === review.id);
    return c.json(paged(c, world, found).map((one) => renderReviewComment(world, repository, issue, one)));
  });

  routes.post(base, async (c) => {
    const found = visitToWrite(world, c, writing('read', 'pull_requests'));
    const issue = pullOf(c, found.repository);
    const review = await submit(world, found, issue, await readBody(c, reviewBody));
    return c.json(renderReview(world, found.repository, issue, review));
  });

  routes.put(`${base}/:id/dismissals`, async (c) => {
    const { repository, account } = visitToWrite(world, c, writing('write', 'pull_requests'));
    const issue = pullOf(c, repository);
    const review = reviewById(c, issue);
    await readBody(c, z.object({ message: z.string() }));
    review.state = 'DISMISSED';
    announceReview(world, repository, issue, review, account, 'dismissed');
    return c.json(renderReview(world, repository, issue, review));
  });

  return routes;
}

function reviewById(c: Request, issue: PullIssue): Review {
  const id = numberParam(c, 'id');
  const found = issue.pull.reviews.find((review) => review.id === id);
  if (found === undefined) throw notFound();
  return found;
}

async function submit(
  world: World,
  { repository, actor, account }: WritingVisit,
  issue: PullIssue,
  input: ReviewInput,
): Promise<Review> {
  checkReview(issue, account, input);
  const viaApp = actor.kind === 'installation';
  const review: Review = {
    ...createPost(world, account, viaApp, input.body),
    state: input.event === undefined ? 'PENDING' : states[input.event],
    commit: input.commit_id ?? issue.pull.head.sha,
  };
  const comments: ReviewComment[] = [];
  for (const at of input.comments) {
    const post = createPost(world, account, viaApp, at.body);
    const comment = await commentAt(repository, issue, review, at, post);
    if (comment === null) throw new Refusal(422, 'Unprocessable Entity', ['Line could not be resolved']);
    comments.push(comment);
  }
  issue.pull.reviews.push(review);
  issue.updatedAt = nowOf(world);
  issue.pull.requestedReviewers = issue.pull.requestedReviewers.filter(({ id }) => id !== account.id);
  if (review.state !== 'PENDING') {
    announceReview(world, repository, issue, review, account, 'submitted');
    for (const comment of comments) publishComment(world, repository, issue, comment);
  }
  return review;
}

function checkReview(issue: PullIssue, account: Account, { event, body, comments }: ReviewInput): void {
  checkBody(body, 'PullRequestReview');
  const own = issue.account.id === account.id;
  if (own && event === 'APPROVE') {
    throw new Refusal(422, 'Unprocessable Entity', ['Can not approve your own pull request']);
  }
  if (own && event === 'REQUEST_CHANGES') {
    throw new Refusal(422, 'Unprocessable Entity', ['Can not request changes on your own pull request']);
  }
  if (body.trim() === '' && (event === 'REQUEST_CHANGES' || (event === 'COMMENT' && comments.length === 0))) {
    throw new Refusal(422, 'Unprocessable Entity', ['Review body is required']);
  }
}

/** In webhooks the state of a review is in small letters. */
function announceReview(
  world: World,
  repository: Repository,
  issue: PullIssue,
  review: Review,
  sender: Account,
  action: string,
): void {
  const rendered = renderReview(world, repository, issue, review);
  announce(world, 'pull_request_review', repository, sender, {
    action,
    review: {
      ...rendered,
      body: rendered.body === '' ? null : rendered.body,
      state: review.state.toLowerCase(),
    },
    pull_request: renderSimplePull(world, repository, issue),
  });
}
