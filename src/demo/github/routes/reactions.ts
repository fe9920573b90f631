import { Hono } from 'hono';
import { z } from 'zod';
import { reading, visit, visitToWrite, writing } from '../access.ts';
import { type Env, numberParam, paged, type Request, readBody } from '../http.ts';
import { notFound, Refusal } from '../refusal.ts';
import { nowOf } from '../render/accounts.ts';
import { renderReaction } from '../render/issues.ts';
import { type Post, type Repository, reactionContents, type World } from '../state.ts';
import { commentById } from './comments.ts';
import { issueOf } from './issues.ts';
import { reviewCommentById } from './review-comments.ts';

const reactionBody = z.object({ content: z.enum(reactionContents) });

const subjects: Record<string, (c: Request, repository: Repository) => Post> = {
  '/issues/:number': issueOf,
  '/issues/comments/:id': (c, repository) => commentById(c, repository).comment,
  '/pulls/comments/:id': (c, repository) => reviewCommentById(c, repository).comment,
};

/** Reactions on issues, comments and review comments. */
export function reactionRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  for (const [path, find] of Object.entries(subjects)) {
    const base = `/repos/:owner/:repo${path}/reactions`;
    const scopes = path.startsWith('/pulls') ? ['pull_requests'] : ['issues', 'pull_requests'];

    routes.get(base, (c) => {
      const { repository } = visit(world, c, reading(...scopes));
      const content = c.req.query('content');
      const found = find(c, repository).reactions.filter(
        (reaction) => content === undefined || reaction.content === content,
      );
      return c.json(paged(c, world, found).map((reaction) => renderReaction(world, reaction)));
    });

    routes.post(base, async (c) => {
      const { repository, account } = visitToWrite(world, c, writing('read', ...scopes));
      const { reactions } = find(c, repository);
      const { content } = await readBody(c, reactionBody);
      const present = reactions.find((one) => one.content === content && one.account.id === account.id);
      if (present !== undefined) return c.json(renderReaction(world, present), 200);
      const reaction = { id: world.nextId(), content, account, createdAt: nowOf(world) };
      reactions.push(reaction);
      return c.json(renderReaction(world, reaction), 201);
    });

    routes.delete(`${base}/:reaction`, (c) => {
      const { repository, account } = visitToWrite(world, c, writing('read', ...scopes));
      const post = find(c, repository);
      const reaction = post.reactions.find(({ id }) => id === numberParam(c, 'reaction'));
      if (reaction === undefined) throw notFound();
      if (reaction.account.id !== account.id) throw new Refusal(403, 'Must have admin rights to Repository.');
      post.reactions = post.reactions.filter((other) => other !== reaction);
      return c.body(null, 204);
    });
  }
  return routes;
}
