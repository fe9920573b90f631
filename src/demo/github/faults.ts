import { once } from 'node:events';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Env, Request } from './http.ts';
import { pathOf } from './journal.ts';

/** What goes wrong with a request. */
export interface InjectedFault {
  /** `*` for any. */
  method: string;
  path: RegExp;
  /** Which matching request from now on: 1 is the next. */
  nth?: number;
  /** How many in a row; 1 unless told. */
  times?: number;
  /** Instead of `times`: all of that time, from the first on. */
  seconds?: number;
  /** Before it was done, or after: then only the answer goes wrong. */
  when: 'before' | 'after';
  fault: Fault;
}

type Fault =
  | { status: ContentfulStatusCode; headers?: Record<string, string>; body?: unknown }
  | 'reset'
  | 'hang'
  | 'html'
  | 'empty'
  /** GitHub's words and headers of a limit that ends after `seconds`; `untold` leaves out when. */
  | { limit: 'primary' | 'secondary' | 'untold'; seconds: number };

interface Armed {
  fault: InjectedFault;
  seen: number;
  firstAt: number;
}

export function createFaults() {
  const armed: Armed[] = [];
  const middleware = createMiddleware<Env>(async (c, next) => {
    const due = armed.filter(({ fault }) => matches(fault, c)).filter(isDue)[0];
    if (due === undefined) return next();
    if (due.fault.when === 'before') return play(c, due);
    await next();
    c.res = await play(c, due);
    return;
  });
  return {
    middleware,
    inject: (fault: InjectedFault): (() => void) => {
      const one = { fault, seen: 0, firstAt: 0 };
      armed.push(one);
      return () => void armed.splice(armed.indexOf(one), 1);
    },
  };
}

function matches({ method, path }: InjectedFault, c: Request): boolean {
  return (method === '*' || method.toUpperCase() === c.req.method) && path.test(pathOf(c));
}

function isDue(armed: Armed): boolean {
  armed.seen += 1;
  const { nth = 1, times = 1, seconds } = armed.fault;
  if (armed.seen < nth) return false;
  if (armed.seen === nth) armed.firstAt = Date.now();
  return seconds === undefined ? armed.seen < nth + times : Date.now() < armed.firstAt + seconds * 1000;
}

async function play(c: Request, { fault: { fault }, firstAt }: Armed): Promise<Response> {
  if (fault === 'reset') {
    c.env.incoming.socket.resetAndDestroy();
    return RESPONSE_ALREADY_SENT;
  }
  if (fault === 'hang') {
    await once(c.env.outgoing, 'close');
    return RESPONSE_ALREADY_SENT;
  }
  if (fault === 'html')
    return c.html('<!doctype html><title>Unicorn!</title><p>This page is taking too long to load.</p>');
  if (fault === 'empty') return c.body('', 200, { 'content-type': 'application/json; charset=utf-8' });
  if ('limit' in fault) return limited(c, fault, firstAt + fault.seconds * 1000);
  const body = fault.body ?? { message: 'Server Error' };
  return c.json(body, fault.status, fault.headers ?? {});
}

function limited(
  c: Request,
  { limit }: { limit: 'primary' | 'secondary' | 'untold' },
  until: number,
): Response {
  if (limit === 'primary') {
    const reset = String(Math.ceil(until / 1000));
    return c.json({ message: 'API rate limit exceeded for installation ID 1.' }, 403, {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': reset,
    });
  }
  const after = String(Math.max(1, Math.ceil((until - Date.now()) / 1000)));
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return c.json({ message }, 403, limit === 'secondary' ? { 'retry-after': after } : {});
}
