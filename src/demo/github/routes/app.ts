import { Hono } from 'hono';
import { z } from 'zod';
import { createInstallationToken, suspended } from '../auth.ts';
import { type Env, numberParam, paged, param, type Request, readBody } from '../http.ts';
import { forbiddenToApp, notFound, Refusal } from '../refusal.ts';
import { renderApp, renderInstallation } from '../render/accounts.ts';
import { renderFullRepository, renderPermissions } from '../render/repositories.ts';
import {
  covers,
  findRepository,
  type Installation,
  type Permissions,
  type Repository,
  timestamp,
  type World,
} from '../state.ts';

const tokenBody = z.object({
  repositories: z.array(z.string()).optional(),
  repository_ids: z.array(z.number()).optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
});

/** The App itself, its installations and their tokens. */
export function appRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/app', (c) => {
    requireApp(c);
    return c.json({ ...renderApp(world), installations_count: world.installations.size });
  });

  routes.get('/app/installations', (c) => {
    requireApp(c);
    const all = world.installations.values().toArray();
    return c.json(paged(c, world, all).map((installation) => renderInstallation(world, installation)));
  });

  routes.get('/app/installations/:id', (c) => {
    requireApp(c);
    return c.json(renderInstallation(world, installationById(world, numberParam(c, 'id'))));
  });

  routes.post('/app/installations/:id/access_tokens', async (c) => {
    requireApp(c);
    const installation = installationById(world, numberParam(c, 'id'));
    if (installation.suspendedAt !== null) throw suspended();
    const wanted = await readBody(c, tokenBody);
    const permissions = narrowPermissions(installation, wanted.permissions);
    const repositories = narrowRepositories(world, installation, wanted);
    const { secret, expiresAt } = createInstallationToken(world, installation, {
      permissions,
      repositories: repositories === null ? null : new Set(repositories.map(({ id }) => id)),
    });
    const selected = repositories !== null || installation.repositories !== 'all';
    return c.json(
      {
        token: secret,
        expires_at: timestamp(new Date(expiresAt)),
        permissions,
        repository_selection: selected ? 'selected' : 'all',
        ...(repositories === null
          ? {}
          : {
              repositories: repositories.map((one) => renderFullRepository(world, one, null)),
            }),
      },
      201,
    );
  });

  routes.delete('/installation/token', (c) => {
    const actor = c.get('actor');
    for (const [secret, token] of world.tokens) if (token === actor) world.tokens.delete(secret);
    return actor.kind === 'installation' ? c.body(null, 204) : forbid();
  });

  routes.get('/installation/repositories', (c) => {
    const actor = c.get('actor');
    if (actor.kind !== 'installation') return forbid();
    const all = repositoriesOf(world, actor.installation).filter(
      ({ id }) => actor.repositories === null || actor.repositories.has(id),
    );
    return c.json({
      total_count: all.length,
      repository_selection: actor.installation.repositories === 'all' ? 'all' : 'selected',
      repositories: paged(c, world, all).map((one) => ({
        ...renderFullRepository(world, one, null),
        permissions: renderPermissions('none'),
      })),
    });
  });

  routes.get('/repos/:owner/:repo/installation', (c) => {
    requireApp(c);
    const repository = findRepository(world, param(c, 'owner'), param(c, 'repo'));
    const found = world.installations
      .values()
      .find((one) => repository !== undefined && covers(one, repository));
    if (found === undefined) throw notFound();
    return c.json(renderInstallation(world, found));
  });

  for (const path of ['/orgs/:login/installation', '/users/:login/installation']) {
    routes.get(path, (c) => {
      requireApp(c);
      const login = param(c, 'login').toLowerCase();
      const found = world.installations.values().find(({ account }) => account.login.toLowerCase() === login);
      if (found === undefined) throw notFound();
      return c.json(renderInstallation(world, found));
    });
  }

  return routes;
}

export function requireApp(c: Request): void {
  const { kind } = c.get('actor');
  if (kind !== 'app') throw new Refusal(401, 'A JSON web token could not be decoded');
}

function forbid(): never {
  throw forbiddenToApp();
}

function installationById(world: World, id: number): Installation {
  const found = world.installations.get(id);
  if (found === undefined) throw notFound();
  return found;
}

export function repositoriesOf(world: World, installation: Installation): Repository[] {
  return world.repositories
    .values()
    .filter((repository) => covers(installation, repository))
    .toArray();
}

function narrowPermissions(installation: Installation, wanted: Permissions | undefined): Permissions {
  if (wanted === undefined) return installation.permissions;
  for (const [name, access] of Object.entries(wanted)) {
    const granted = installation.permissions[name];
    if (granted !== 'write' && granted !== access) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    }
  }
  return { ...wanted, metadata: 'read' };
}

function narrowRepositories(
  world: World,
  installation: Installation,
  wanted: { repositories?: string[] | undefined; repository_ids?: number[] | undefined },
): Repository[] | null {
  if (wanted.repositories === undefined && wanted.repository_ids === undefined) return null;
  const all = repositoriesOf(world, installation);
  const found = [
    ...(wanted.repository_ids ?? []).map((id) => all.find((one) => one.id === id)),
    ...(wanted.repositories ?? []).map((name) =>
      all.find((one) => one.name.toLowerCase() === name.toLowerCase()),
    ),
  ];
  return found.map((repository) => {
    if (repository !== undefined) return repository;
    throw new Refusal(
      422,
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  });
}
