import { createMiddleware } from 'hono/factory';
import type { Env } from './http.ts';
import { findRepository, fullName, type Repository, type World } from './state.ts';

/** Sends those who use a former name of a repository, or ask for an issue that was moved, to where it is now. */
export function redirects(world: World) {
  return createMiddleware<Env>(async (c, next) => {
    const [, owner = '', name = '', rest = ''] = /\/repos\/([^/]+)\/([^/]+)(.*)$/.exec(c.req.path) ?? [];
    const place = placeOf(world, owner, name, rest);
    if (place === null) return next();
    const location = `${world.url}/repositories/${place}${new URL(c.req.url).search}`;
    const body = {
      message: 'Moved Permanently',
      url: location,
      documentation_url: 'https://docs.github.com',
    };
    // only 307 keeps the method and the body of a write
    return c.json(body, c.req.method === 'GET' ? 301 : 307, { location });
  });
}

function placeOf(world: World, owner: string, name: string, rest: string): string | null {
  const repository = findRepository(world, owner, name);
  if (repository === undefined) {
    const former = formerly(world, owner, name);
    return former === undefined ? null : `${former.id}${rest}`;
  }
  const [, number = '', more = ''] = /^\/issues\/(\d+)(\/.*)?$/.exec(rest) ?? [];
  const moved = repository.movedIssues.get(Number(number));
  return moved === undefined ? null : `${moved.repository.id}/issues/${moved.number}${more}`;
}

/** The repository that once had that name. */
export function formerly(world: World, owner: string, name: string): Repository | undefined {
  return world.formerNames.get(`${owner}/${name}`.toLowerCase());
}

/** `/repositories/ID/...` is `/repos/OWNER/NAME/...` by another name. */
export function byName(world: World, request: Request): Request {
  const url = new URL(request.url);
  const [, before = '', id = '', rest = ''] =
    /^(\/api\/v3)?\/repositories\/(\d+)(\/.*)?$/.exec(url.pathname) ?? [];
  const repository = world.repositories.get(Number(id));
  if (repository === undefined) return request;
  url.pathname = `${before}/repos/${fullName(repository)}${rest}`;
  return new Request(url, request);
}
