import { once } from 'node:events';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createMiddleware } from 'hono/factory';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Env, Request } from './http.ts';
import { pathOf } from './journal.ts';

/** What goes wrong with a request. */
export interface InjectedFault {
  method: string;
  path: RegExp;
  /** Which matching request from now on: 1 is the next. */
  nth?: number;
  /** How many in a row; 1 unless told. */
  times?: number;
  /** Before it was done, or after: then only the answer goes wrong. */
  when: 'before' | 'after';
  fault: Fault;
}

type Fault =
  | { status: ContentfulStatusCode; headers?: Record<string, string>; body?: unknown }
  | 'reset'
  | 'hang'
  | 'html';

export function createFaults() {
  const armed: { fault: InjectedFault; seen: number }[] = [];
  const middleware = createMiddleware<Env>(async (c, next) => {
    const due = armed.filter(({ fault }) => matches(fault, c)).filter(isDue)[0]?.fault;
    if (due === undefined) return next();
    if (due.when === 'before') return play(c, due.fault);
    await next();
    c.res = await play(c, due.fault);
    return;
  });
  return {
    middleware,
    inject: (fault: InjectedFault): void => {
      armed.push({ fault, seen: 0 });
    },
  };
}

function matches({ method, path }: InjectedFault, c: Request): boolean {
  return method.toUpperCase() === c.req.method && path.test(pathOf(c));
}

function isDue(armed: { fault: InjectedFault; seen: number }): boolean {
  armed.seen += 1;
  const { nth = 1, times = 1 } = armed.fault;
  return armed.seen >= nth && armed.seen < nth + times;
}

async function play(c: Request, fault: Fault): Promise<Response> {
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
  const body = fault.body ?? { message: 'Server Error' };
  return c.json(body, fault.status, fault.headers ?? {});
}
