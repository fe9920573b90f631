import { Hono } from 'hono';
import { z } from 'zod';
import { hasLevel, reading, visit, visitToWrite, writing } from '../access.ts';
import { accountOf } from '../auth.ts';
import { type Env, paged, param, readBody } from '../http.ts';
import { findLabel } from '../issue-changes.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { renderPublicAccount } from '../render/accounts.ts';
import { renderFullRepository, renderLabel, renderPermissions } from '../render/repositories.ts';
import { type Account, findAccount, type Level, levelOf, type World } from '../state.ts';

/** Rough permissions, as GitHub answers them beside the exact role. */
const rough: Record<Level, string> = {
  none: 'none',
  read: 'read',
  triage: 'read',
  write: 'write',
  maintain: 'write',
  admin: 'admin',
};

const labelBody = z.object({
  name: z.string(),
  color: z.string().optional(),
  description: z.string().nullish(),
});

/** Accounts, repositories, what people may do in them, and labels. */
export function repositoryRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/user', (c) => {
    const actor = c.get('actor');
    if (actor.kind === 'anonymous') throw new Refusal(401, 'Requires authentication');
    if (actor.kind !== 'user') throw new Refusal(403, 'Resource not accessible by integration');
    return c.json(renderPublicAccount(world, actor.account));
  });

  routes.get('/users/:login', (c) =>
    c.json(renderPublicAccount(world, accountNamed(world, param(c, 'login')))),
  );

  routes.get('/repos/:owner/:repo', (c) => {
    const { repository, actor } = visit(world, c, reading('metadata'));
    const person = actor.kind === 'user' ? accountOf(world, actor) : null;
    return c.json(renderFullRepository(world, repository, person));
  });

  routes.get('/repos/:owner/:repo/collaborators/:login/permission', (c) => {
    const { repository, actor } = visit(world, c, { ...reading('metadata'), person: 'write' });
    if (actor.kind === 'anonymous') throw new Refusal(401, 'Requires authentication');
    const account = accountNamed(world, param(c, 'login'));
    const level = levelOf(world, repository, account);
    return c.json({
      permission: rough[level],
      user: {
        ...renderPublicAccount(world, account),
        permissions: renderPermissions(level),
        role_name: level,
      },
      role_name: level,
    });
  });

  routes.get('/repos/:owner/:repo/labels', (c) => {
    const { repository } = visit(world, c, reading('issues', 'pull_requests'));
    return c.json(paged(c, world, repository.labels).map((label) => renderLabel(world, repository, label)));
  });

  routes.get('/repos/:owner/:repo/labels/:name', (c) => {
    const { repository } = visit(world, c, reading('issues', 'pull_requests'));
    const label = findLabel(repository, param(c, 'name'));
    if (label === undefined) throw notFound();
    return c.json(renderLabel(world, repository, label));
  });

  routes.post('/repos/:owner/:repo/labels', async (c) => {
    const { repository } = visitToWrite(world, c, writing('write', 'issues', 'pull_requests'));
    const { name, color = 'ededed', description = null } = await readBody(c, labelBody);
    if (findLabel(repository, name) !== undefined) {
      throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
    }
    if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid({ resource: 'Label', code: 'invalid', field: 'color' });
    const label = { id: world.nextId(), name, color, description, default: false };
    repository.labels.push(label);
    return c.json(renderLabel(world, repository, label), 201);
  });

  routes.delete('/repos/:owner/:repo/labels/:name', (c) => {
    const found = visitToWrite(world, c, writing('write', 'issues', 'pull_requests'));
    const { repository } = found;
    const label = findLabel(repository, param(c, 'name'));
    if (label === undefined || !hasLevel(world, found, 'write', 'issues')) throw notFound();
    repository.labels = repository.labels.filter((other) => other !== label);
    for (const issue of repository.issues.values()) {
      issue.labels = issue.labels.filter((other) => other !== label);
    }
    return c.body(null, 204);
  });

  return routes;
}

function accountNamed(world: World, login: string): Account {
  const account = findAccount(world, login);
  if (account === undefined) throw notFound();
  return account;
}
