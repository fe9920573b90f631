import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { type Actor, authenticate } from './auth.ts';
import type { Exclusive } from './exclusive.ts';
import type { createFaults } from './faults.ts';
import { redirects } from './former-names.ts';
import type { Env } from './http.ts';
import { type RecordedRequest, recordRequests } from './journal.ts';
import type { createLag } from './lag.ts';
import { notFound, Refusal, refuse } from './refusal.ts';
import { appRoutes } from './routes/app.ts';
import { checkRoutes } from './routes/checks.ts';
import { commentRoutes } from './routes/comments.ts';
import { commitRoutes } from './routes/commits.ts';
import { contentRoutes } from './routes/contents.ts';
import { gitObjectRoutes } from './routes/git-objects.ts';
import { hookRoutes } from './routes/hook.ts';
import { issueLabelRoutes } from './routes/issue-labels.ts';
import { issueRoutes } from './routes/issues.ts';
import { mergeRoutes } from './routes/merges.ts';
import { pullRoutes } from './routes/pulls.ts';
import { reactionRoutes } from './routes/reactions.ts';
import { refRoutes } from './routes/refs.ts';
import { repositoryRoutes } from './routes/repositories.ts';
import { reviewCommentRoutes } from './routes/review-comments.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { searchRoutes } from './routes/search.ts';
import { statusRoutes } from './routes/statuses.ts';
import { smartHttpRoutes } from './smart-http.ts';
import { findRepository, type World } from './state.ts';

/** In this order: what is more exact comes before what takes any path. */
const routesInOrder = [
  appRoutes,
  hookRoutes,
  searchRoutes,
  repositoryRoutes,
  reactionRoutes,
  commentRoutes,
  issueLabelRoutes,
  issueRoutes,
  reviewCommentRoutes,
  reviewRoutes,
  mergeRoutes,
  pullRoutes,
  gitObjectRoutes,
  refRoutes,
  contentRoutes,
  checkRoutes,
  statusRoutes,
  commitRoutes,
];

/** All that this GitHub answers: REST at the root and below `/api/v3`, and git. */
export function createApi(
  world: World,
  requests: RecordedRequest[],
  faults: ReturnType<typeof createFaults>,
  exclusive: Exclusive,
  lag: ReturnType<typeof createLag>['middleware'],
): Hono<Env> {
  const api = new Hono<Env>();
  api.use('*', rateLimit(world), authentication(world), redirects(world), lag);
  api.use('*', oneWriterPerRepository(world, exclusive));
  for (const routes of routesInOrder) api.route('/', routes(world));

  const server = new Hono<Env>();
  server.use('*', recordRequests(world, requests), faults.middleware);
  server.onError((error, c) => {
    c.header('date', world.now().toUTCString());
    return refuse(c, error instanceof Refusal ? error : new Refusal(500, 'Server Error'));
  });
  server.notFound((c) => refuse(c, notFound()));
  server.route('/', smartHttpRoutes(world, exclusive));
  server.route('/api/v3', api);
  server.route('/', api);
  return server;
}

function authentication(world: World) {
  return createMiddleware<Env>(async (c, next) => {
    c.set('actor', authenticate(world, c.req.header('authorization')));
    await next();
  });
}

/** Writes to a repository happen one after the other, so that of two equal ones the second is refused. */
function oneWriterPerRepository(world: World, exclusive: Exclusive) {
  return createMiddleware<Env>(async (c, next) => {
    const [, owner = '', name = ''] = /\/repos\/([^/]+)\/([^/]+)/.exec(c.req.path) ?? [];
    const repository = findRepository(world, owner, name);
    if (c.req.method === 'GET' || repository === undefined) await next();
    else await exclusive(repository.id, next);
  });
}

const requestsPerHour = 5000;

/** Counts an actor's requests of the hour; the count has no consequence. */
function rateLimit(world: World) {
  const used = new Map<string, number>();
  return createMiddleware<Env>(async (c, next) => {
    await next();
    const now = Math.floor(world.now().getTime() / 1000);
    const reset = now - (now % 3600) + 3600;
    const key = `${nameOf(c.get('actor'))} ${reset}`;
    const count = (used.get(key) ?? 0) + 1;
    used.set(key, count);
    c.header('date', world.now().toUTCString());
    c.header('x-ratelimit-limit', String(requestsPerHour));
    c.header('x-ratelimit-remaining', String(Math.max(0, requestsPerHour - count)));
    c.header('x-ratelimit-used', String(count));
    c.header('x-ratelimit-reset', String(reset));
    c.header('x-ratelimit-resource', 'core');
    c.header('x-github-media-type', 'github.v3; format=json');
  });
}

function nameOf(actor: Actor | undefined): string {
  if (actor?.kind === 'installation') return String(actor.installation.id);
  return actor?.kind === 'user' ? actor.account.login : (actor?.kind ?? 'anonymous');
}
