import { Hono } from 'hono';
import { z } from 'zod';
import { reading, visit, visitToWrite, writing } from '../access.ts';
import { type Env, paged, param, readBody } from '../http.ts';
import { nowOf } from '../render/accounts.ts';
import { renderStatus } from '../render/checks.ts';
import { renderRepository, repositoryUrl } from '../render/repositories.ts';
import type { World } from '../state.ts';
import { commitNamed } from './commits.ts';

const statusBody = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  context: z.string().default('default'),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
});

/** Commit statuses: what CI of the older kind says about a commit. */
export function statusRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();
  const base = '/repos/:owner/:repo';

  routes.post(`${base}/statuses/:sha`, async (c) => {
    const { repository, account } = visitToWrite(world, c, writing('write', 'statuses'));
    const sha = await commitNamed(repository, param(c, 'sha'));
    const { target_url, description, ...input } = await readBody(c, statusBody);
    const status = {
      id: world.nextId(),
      sha,
      ...input,
      description: description ?? null,
      targetUrl: target_url ?? null,
      account,
      createdAt: nowOf(world),
    };
    repository.statuses.unshift(status);
    return c.json(renderStatus(world, repository, status), 201);
  });

  routes.get(`${base}/commits/:ref{.+}/statuses`, async (c) => {
    const { repository } = visit(world, c, reading('statuses'));
    const sha = await commitNamed(repository, param(c, 'ref'));
    const found = repository.statuses.filter((status) => status.sha === sha);
    return c.json(paged(c, world, found).map((status) => renderStatus(world, repository, status)));
  });

  routes.get(`${base}/commits/:ref{.+}/status`, async (c) => {
    const { repository } = visit(world, c, reading('statuses'));
    const sha = await commitNamed(repository, param(c, 'ref'));
    const all = repository.statuses.filter((status) => status.sha === sha);
    const latest = all.filter(
      (status, at) => all.findIndex(({ context }) => context === status.context) === at,
    );
    const api = repositoryUrl(world, repository);
    return c.json({
      state: combined(latest.map(({ state }) => state)),
      statuses: paged(c, world, latest).map((status) => renderStatus(world, repository, status)),
      sha,
      total_count: latest.length,
      repository: renderRepository(world, repository),
      commit_url: `${api}/commits/${sha}`,
      url: `${api}/commits/${sha}/status`,
    });
  });

  return routes;
}

function combined(states: readonly string[]): string {
  if (states.some((state) => state === 'error' || state === 'failure')) return 'failure';
  return states.length > 0 && states.every((state) => state === 'success') ? 'success' : 'pending';
}
