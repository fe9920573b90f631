import { Hono } from 'hono';
import { z } from 'zod';
import { hasLevel, reading, visit, visitToWrite, type WritingVisit, writing } from '../access.ts';
import { announceComment } from '../announce.ts';
import { checkBody, type Env, numberParam, paged, type Request, readBody, sinceOf } from '../http.ts';
import { createPost, crossReference } from '../issue-changes.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { nowOf } from '../render/accounts.ts';
import { renderComment } from '../render/issues.ts';
import type { Issue, Post, Repository, World } from '../state.ts';
import { issueOf } from './issues.ts';

const commentBody = z.object({ body: z.string() });

/** Comments of issues and pull requests. */
export function commentRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo/issues';
  const read = reading('issues', 'pull_requests');
  const write = writing('read', 'issues', 'pull_requests');

  routes.get(`${base}/comments`, (c) => {
    const { repository } = visit(world, c, read);
    const since = sinceOf(c);
    const found = allComments(repository).filter(({ comment }) => since(comment.updatedAt));
    return c.json(
      paged(c, world, found).map(({ issue, comment }) => renderComment(world, repository, issue, comment)),
    );
  });

  routes.get(`${base}/:number/comments`, (c) => {
    const { repository } = visit(world, c, read);
    const issue = issueOf(c, repository);
    const since = sinceOf(c);
    const found = issue.comments.filter(({ updatedAt }) => since(updatedAt));
    return c.json(paged(c, world, found).map((comment) => renderComment(world, repository, issue, comment)));
  });

  routes.post(`${base}/:number/comments`, async (c) => {
    const { repository, actor, account } = visitToWrite(world, c, write);
    const issue = issueOf(c, repository);
    if (issue.locked && !maySpeak(world, { repository, actor, account })) {
      throw new Refusal(403, 'Unable to create comment because issue is locked.');
    }
    const { body } = await readBody(c, commentBody);
    requireText(body);
    const comment = createPost(world, account, actor.kind === 'installation', body);
    issue.comments.push(comment);
    issue.updatedAt = nowOf(world);
    crossReference(world, repository, issue, comment);
    announceComment(world, repository, issue, comment, account, 'created');
    return c.json(renderComment(world, repository, issue, comment), 201);
  });

  routes.get(`${base}/comments/:id`, (c) => {
    const { repository } = visit(world, c, read);
    const { issue, comment } = commentById(c, repository);
    return c.json(renderComment(world, repository, issue, comment));
  });

  routes.patch(`${base}/comments/:id`, async (c) => {
    const found = visitToWrite(world, c, write);
    const { repository, account } = found;
    const { issue, comment } = commentById(c, repository);
    requireOwn(world, found, comment);
    const { body } = await readBody(c, commentBody);
    requireText(body);
    const changes = { body: { from: comment.body ?? '' } };
    comment.body = body;
    comment.updatedAt = nowOf(world);
    announceComment(world, repository, issue, comment, account, 'edited', { changes });
    return c.json(renderComment(world, repository, issue, comment));
  });

  routes.delete(`${base}/comments/:id`, (c) => {
    const found = visitToWrite(world, c, write);
    const { repository, account } = found;
    const { issue, comment } = commentById(c, repository);
    requireOwn(world, found, comment);
    issue.comments = issue.comments.filter((other) => other !== comment);
    announceComment(world, repository, issue, comment, account, 'deleted');
    return c.body(null, 204);
  });

  return routes;
}

/** On a locked issue only people with write access speak; Apps do not. */
function maySpeak(world: World, found: WritingVisit): boolean {
  return found.actor.kind === 'user' && hasLevel(world, found, 'write', 'issues');
}

/** Only the author and those with write access change what was written. */
export function requireOwn(world: World, found: WritingVisit, post: Post): void {
  if (post.account.id === found.account.id || hasLevel(world, found, 'write', 'issues')) return;
  throw new Refusal(403, 'Must have admin rights to Repository.');
}

function requireText(body: string): void {
  if (body.trim() === '') {
    throw invalid({ resource: 'IssueComment', code: 'missing_field', field: 'body' });
  }
  checkBody(body, 'IssueComment');
}

function allComments(repository: Repository): { issue: Issue; comment: Post }[] {
  const all = repository.issues
    .values()
    .flatMap((issue) => issue.comments.map((comment) => ({ issue, comment })));
  return all.toArray().toSorted((a, b) => a.comment.id - b.comment.id);
}

export function commentById(c: Request, repository: Repository): { issue: Issue; comment: Post } {
  const id = numberParam(c, 'id');
  const found = allComments(repository).find(({ comment }) => comment.id === id);
  if (found === undefined) throw notFound();
  return found;
}
