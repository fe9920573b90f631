import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Actor } from './auth.ts';
import { invalid, notFound, Refusal } from './refusal.ts';
import type { World } from './state.ts';

export type Env = { Bindings: HttpBindings; Variables: { actor: Actor } };
export type Request = Context<Env>;

/** The body of a request by its schema; refused in GitHub's words where it does not fit. */
export async function readBody<Schema extends z.ZodType>(
  c: Request,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const body = await parseJson(c);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' };
  const name = path.join('/');
  const missing = valueAt(body, path) === undefined;
  throw new Refusal(
    422,
    missing
      ? `Invalid request.\n\n"${name}" wasn't supplied.`
      : `Invalid request.\n\nFor 'properties/${name}', ${message}.`,
  );
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    body,
  );
}

async function parseJson(c: Request): Promise<unknown> {
  const text = await c.req.text();
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

export function param(c: Request, name: string): string {
  return c.req.param(name) ?? '';
}

export function numberParam(c: Request, name: string): number {
  const text = param(c, name);
  if (!/^\d+$/.test(text)) throw notFound();
  return Number(text);
}

/** One page of a list, with the links to the others. */
export function paged<Item>(c: Request, world: World, items: readonly Item[]): Item[] {
  const size = Math.min(100, Math.max(1, Number(c.req.query('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(c.req.query('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const links = [
    ...(page > 1 ? [link(c, world, page - 1, 'prev')] : []),
    ...(page < last ? [link(c, world, page + 1, 'next'), link(c, world, last, 'last')] : []),
    ...(page > 1 ? [link(c, world, 1, 'first')] : []),
  ];
  if (links.length > 0) c.header('link', links.join(', '));
  return items.slice((page - 1) * size, page * size);
}

function link(c: Request, world: World, page: number, rel: string): string {
  const url = new URL(c.req.url);
  url.searchParams.set('page', String(page));
  return `<${world.url}${url.pathname}${url.search}>; rel="${rel}"`;
}

const longestBody = 65_536;

export function checkBody(text: string | null | undefined, resource: string): void {
  if ([...(text ?? '')].length <= longestBody) return;
  const message = `body is too long (maximum is ${longestBody} characters)`;
  throw invalid({ resource, code: 'custom', field: 'body', message });
}

/** The `since` of a list: whole seconds, inclusive. */
export function sinceOf(c: Request): (updatedAt: string) => boolean {
  const since = Math.floor(Date.parse(c.req.query('since') ?? '') / 1000);
  return Number.isNaN(since) ? () => true : (updatedAt) => Date.parse(updatedAt) / 1000 >= since;
}
