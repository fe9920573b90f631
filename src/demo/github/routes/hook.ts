import { Hono } from 'hono';
import { type Env, numberParam } from '../http.ts';
import type { Delivery } from '../outbox.ts';
import { notFound } from '../refusal.ts';
import type { World } from '../state.ts';
import { requireApp } from './app.ts';

/** The journal of the App's webhook deliveries, and sending one again. */
export function hookRoutes(world: World): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/app/hook/config', (c) => {
    requireApp(c);
    const url = world.outbox.webhook()?.url ?? '';
    return c.json({ content_type: 'json', insecure_ssl: '0', secret: '********', url });
  });

  routes.get('/app/hook/deliveries', (c) => {
    requireApp(c);
    const size = Math.min(100, Math.max(1, Number(c.req.query('per_page') ?? 30) || 30));
    const cursor = Number(c.req.query('cursor') ?? Number.POSITIVE_INFINITY);
    const status = c.req.query('status');
    const newestFirst = world.outbox.deliveries
      .filter((delivery) => delivery.statusCode !== 0 && delivery.id <= cursor)
      .filter((delivery) => status === undefined || (status === 'success') === isSuccess(delivery))
      .toReversed();
    const next = newestFirst[size];
    if (next !== undefined) {
      const url = new URL(c.req.url);
      url.searchParams.set('cursor', String(next.id));
      c.header('link', `<${world.url}${url.pathname}${url.search}>; rel="next"`);
    }
    return c.json(newestFirst.slice(0, size).map(renderItem));
  });

  routes.get('/app/hook/deliveries/:id', (c) => {
    requireApp(c);
    const delivery = find(world, numberParam(c, 'id'));
    return c.json({
      ...renderItem(delivery),
      url: delivery.url,
      request: { headers: delivery.headers, payload: JSON.parse(delivery.body) },
      response: { headers: delivery.response.headers, payload: delivery.response.body },
    });
  });

  routes.post('/app/hook/deliveries/:id/attempts', (c) => {
    requireApp(c);
    world.outbox.redeliver(find(world, numberParam(c, 'id')));
    return c.json({}, 202);
  });

  return routes;
}

function isSuccess({ statusCode }: Delivery): boolean {
  return statusCode >= 200 && statusCode < 400;
}

function find(world: World, id: number): Delivery {
  const found = world.outbox.deliveries.find((delivery) => delivery.id === id);
  if (found === undefined) throw notFound();
  return found;
}

function renderItem(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installation,
    repository_id: delivery.repository,
    throttled_at: null,
  };
}
