import { createMiddleware } from 'hono/factory';
import type { Actor } from './auth.ts';
import type { Env, Request } from './http.ts';
import type { Permissions, World } from './state.ts';

/** A request as it came in and how it was answered. */
export interface RecordedRequest {
  method: string;
  /** With its query, without an Enterprise Server's `/api/v3`. */
  path: string;
  /** A login, `app` or `anonymous`. */
  actor: string;
  /** What an installation token was allowed. */
  permissions: Permissions | null;
  /** 0 when the connection was cut or nobody waited for the answer. */
  status: number;
  /** Parsed JSON, or undefined. */
  body: unknown;
  /** A fault of this stand-in itself. */
  error: string | null;
}

export function pathOf(c: Request): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname.replace(/^\/api\/v3(?=\/)/, '') + search;
}

/** Writes down every request, also those that are refused or broken off. */
export function recordRequests(world: World, requests: RecordedRequest[]) {
  return createMiddleware<Env>(async (c, next) => {
    const entry: RecordedRequest = {
      method: c.req.method,
      path: pathOf(c),
      actor: 'anonymous',
      permissions: null,
      status: 0,
      body: await bodyOf(c),
      error: null,
    };
    requests.push(entry);
    await next();
    const actor: Actor = c.get('actor') ?? { kind: 'anonymous' };
    entry.actor = nameOf(world, actor);
    entry.permissions = actor.kind === 'installation' ? actor.permissions : null;
    const { incoming, outgoing } = c.env;
    entry.status = outgoing.destroyed || incoming.socket.destroyed ? 0 : c.res.status;
    entry.error = c.error !== undefined && c.res.status === 500 ? String(c.error.stack) : null;
  });
}

async function bodyOf(c: Request): Promise<unknown> {
  if (!c.req.header('content-type')?.includes('json')) return undefined;
  try {
    return JSON.parse(await c.req.text());
  } catch {
    return undefined;
  }
}

function nameOf(world: World, actor: Actor): string {
  if (actor.kind === 'installation') return world.app.bot.login;
  return actor.kind === 'user' ? actor.account.login : actor.kind;
}
