import { Hono } from 'hono';
import { z } from 'zod';
import { reading, visit, visitToWrite, writing } from '../access.ts';
import { announce } from '../announce.ts';
import { diffFiles, hunkAt } from '../git/diff.ts';
import { mergeBase } from '../git/refs.ts';
import { checkBody, type Env, numberParam, paged, type Request, readBody, sinceOf } from '../http.ts';
import { createPost, crossReference } from '../issue-changes.ts';
import { invalid, notFound } from '../refusal.ts';
import { nowOf } from '../render/accounts.ts';
import { isPull, type PullIssue, renderReviewComment, renderSimplePull } from '../render/pulls.ts';
import type { Account, Post, Repository, Review, ReviewComment, World } from '../state.ts';
import { requireOwn } from './comments.ts';
import { pullOf } from './pulls.ts';

const side = z.enum(['LEFT', 'RIGHT']);
export const place = z.object({
  path: z.string(),
  line: z.number(),
  side: side.default('RIGHT'),
  start_line: z.number().nullish(),
  start_side: side.nullish(),
  body: z.string(),
});
export type CommentPlace = z.infer<typeof place>;

/** Comments on lines of a pull request. */
export function reviewCommentRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/pulls';
  const read = reading('pull_requests');
  const write = writing('read', 'pull_requests');

  routes.get(`${base}/comments/:id`, (c) => {
    const { repository } = visit(world, c, read);
    const { issue, comment } = reviewCommentById(c, repository);
    return c.json(renderReviewComment(world, repository, issue, comment));
  });

  routes.patch(`${base}/comments/:id`, async (c) => {
    const found = visitToWrite(world, c, write);
    const { repository, account } = found;
    const { issue, comment } = reviewCommentById(c, repository);
    requireOwn(world, found, comment);
    const { body } = await readBody(c, z.object({ body: z.string() }));
    checkBody(body, 'PullRequestReviewComment');
    const changes = { body: { from: comment.body ?? '' } };
    Object.assign(comment, { body, updatedAt: nowOf(world) });
    announceReviewComment(world, repository, issue, comment, account, 'edited', { changes });
    return c.json(renderReviewComment(world, repository, issue, comment));
  });

  routes.delete(`${base}/comments/:id`, (c) => {
    const found = visitToWrite(world, c, write);
    const { repository, account } = found;
    const { issue, comment } = reviewCommentById(c, repository);
    requireOwn(world, found, comment);
    issue.pull.comments = issue.pull.comments.filter((other) => other !== comment);
    announceReviewComment(world, repository, issue, comment, account, 'deleted');
    return c.body(null, 204);
  });

  routes.get(`${base}/:number/comments`, (c) => {
    const { repository } = visit(world, c, read);
    const issue = pullOf(c, repository);
    const since = sinceOf(c);
    const found = issue.pull.comments.filter(({ updatedAt }) => since(updatedAt));
    return c.json(
      paged(c, world, found).map((comment) => renderReviewComment(world, repository, issue, comment)),
    );
  });

  routes.post(`${base}/:number/comments`, async (c) => {
    const { repository, actor, account } = visitToWrite(world, c, write);
    const issue = pullOf(c, repository);
    const viaApp = actor.kind === 'installation';
    const reply = z.object({ in_reply_to: z.number(), body: z.string() });
    const input = await readBody(c, z.union([reply, place.extend({ commit_id: z.string() })]));
    checkBody(input.body, 'PullRequestReviewComment');
    const post = createPost(world, account, viaApp, input.body);
    const comment =
      'in_reply_to' in input
        ? replyTo(world, repository, issue, input.in_reply_to, post)
        : await commentAt(repository, issue, addReview(world, issue, post), input, post);
    if (comment === null) {
      throw invalid({
        resource: 'PullRequestReviewComment',
        code: 'custom',
        field: 'pull_request_review_thread.line',
        message: 'could not be resolved',
      });
    }
    publishComment(world, repository, issue, comment);
    return c.json(renderReviewComment(world, repository, issue, comment), 201);
  });

  routes.post(`${base}/:number/comments/:id/replies`, async (c) => {
    const { repository, actor, account } = visitToWrite(world, c, write);
    const issue = pullOf(c, repository);
    const { body } = await readBody(c, z.object({ body: z.string() }));
    checkBody(body, 'PullRequestReviewComment');
    const post = createPost(world, account, actor.kind === 'installation', body);
    const comment = replyTo(world, repository, issue, numberParam(c, 'id'), post);
    publishComment(world, repository, issue, comment);
    return c.json(renderReviewComment(world, repository, issue, comment), 201);
  });

  return routes;
}

export function reviewCommentById(c: Request, repository: Repository) {
  const id = numberParam(c, 'id');
  for (const issue of repository.issues.values().filter(isPull)) {
    const comment = issue.pull.comments.find((one) => one.id === id);
    if (comment !== undefined) return { issue, comment };
  }
  throw notFound();
}

/** Every comment belongs to a review; a comment by itself makes one. */
function addReview(world: World, issue: PullIssue, post: Post): Review {
  const review: Review = {
    ...createPost(world, post.account, post.viaApp, ''),
    state: 'COMMENTED',
    commit: issue.pull.head.sha,
  };
  issue.pull.reviews.push(review);
  return review;
}

function replyTo(
  world: World,
  repository: Repository,
  issue: PullIssue,
  id: number,
  post: Post,
): ReviewComment {
  const named = repository.issues.get(issue.number)?.pull?.comments.find((one) => one.id === id);
  if (named === undefined) throw notFound();
  const first = named.inReplyTo ?? named.id;
  return { ...named, ...post, review: addReview(world, issue, post).id, inReplyTo: first };
}

/** A comment on a line of the diff; null for a line that is not in it. */
export async function commentAt(
  repository: Repository,
  { pull }: PullIssue,
  review: Review,
  at: CommentPlace,
  post: Post,
): Promise<ReviewComment | null> {
  const base = (await mergeBase(repository.git, pull.base.sha, pull.head.sha)) ?? pull.base.sha;
  const file = (await diffFiles(repository.git, base, pull.head.sha)).find(
    ({ filename }) => filename === at.path,
  );
  const hunk = hunkAt(file?.patch ?? '', at.line, at.side);
  if (hunk === null) return null;
  const startSide = at.start_line == null ? null : (at.start_side ?? at.side);
  return {
    ...post,
    review: review.id,
    path: at.path,
    line: at.line,
    side: at.side,
    startLine: at.start_line ?? null,
    startSide,
    commit: pull.head.sha,
    hunk,
    inReplyTo: null,
  };
}

export function publishComment(
  world: World,
  repository: Repository,
  issue: PullIssue,
  comment: ReviewComment,
): void {
  issue.pull.comments.push(comment);
  issue.updatedAt = nowOf(world);
  crossReference(world, repository, issue, comment);
  announceReviewComment(world, repository, issue, comment, comment.account, 'created');
}

function announceReviewComment(
  world: World,
  repository: Repository,
  issue: PullIssue,
  comment: ReviewComment,
  sender: Account,
  action: string,
  facts: object = {},
): void {
  announce(world, 'pull_request_review_comment', repository, sender, {
    action,
    comment: renderReviewComment(world, repository, issue, comment),
    pull_request: renderSimplePull(world, repository, issue),
    ...facts,
  });
}
