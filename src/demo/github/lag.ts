import { createMiddleware } from 'hono/factory';
import type { Env, Request } from './http.ts';
import { pathOf } from './journal.ts';
import type { World } from './state.ts';

interface Lag {
  path: RegExp;
  milliseconds: number;
}

/** Answers of GitHub that lag: what is young is not in lists yet, and a branch is still where it was. */
export function createLag(world: World) {
  const lags: Lag[] = [];
  const lagOf = (c: Request) => {
    if (c.req.method !== 'GET' || c.get('actor')?.kind !== 'installation') return 0;
    const path = pathOf(c);
    return Math.max(0, ...lags.filter((lag) => lag.path.test(path)).map(({ milliseconds }) => milliseconds));
  };
  const middleware = createMiddleware<Env>(async (c, next) => {
    await next();
    const lag = lagOf(c);
    if (lag === 0 || c.res.status !== 200) return;
    const since = world.now().getTime() - lag;
    const body = earlier(world, pathOf(c), (await c.res.json()) as object, since);
    c.res = body === null ? c.json({ message: 'Not Found' }, 404) : c.json(body);
  });
  const lag = (path: RegExp, milliseconds: number) => {
    const one = { path, milliseconds };
    lags.push(one);
    return () => void lags.splice(lags.indexOf(one), 1);
  };
  return { middleware, lag };
}

/** An answer as it was at that time; null when there was nothing. */
function earlier(world: World, path: string, body: object, since: number): object | null {
  const isOld = ({ id }: { id?: number }) => (world.madeAt.get(id ?? 0) ?? 0) <= since;
  if (Array.isArray(body)) return body.filter(isOld);
  if ('check_runs' in body && Array.isArray(body.check_runs)) {
    const check_runs = body.check_runs.filter(isOld);
    return { ...body, check_runs, total_count: check_runs.length };
  }
  if (!('ref' in body) || !('object' in body)) return body;
  const name = /^\/repos\/([^/]+\/[^/]+)\//.exec(path)?.[1] ?? '';
  const move = world.moves.find(({ at, ref, repository }) => {
    return at > since && ref === body.ref && repository.toLowerCase() === name.toLowerCase();
  });
  if (move === undefined) return body;
  return move.before === null ? null : { ...body, object: { ...(body.object as object), sha: move.before } };
}
