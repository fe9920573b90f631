import { expect, it } from 'vitest';
import { startMetricsServer } from '../src/metrics-server.ts';

const well = {
  host: '127.0.0.1',
  port: 0,
  health: async () => [] as string[],
  metrics: async () => ({ text: 'up 1\n', contentType: 'text/plain; version=0.0.4' }),
};

it('answers /metrics and /healthz, to those who read, and nothing else', async () => {
  await using server = await startMetricsServer({
    ...well,
    health: async () => ['The disk is full.', 'More.'],
  });
  const metrics = await fetch(`${server.url}/metrics`);
  expect(await metrics.text()).toBe('up 1\n');
  const health = await fetch(`${server.url}/healthz`);
  expect([health.status, await health.text()]).toEqual([503, 'The disk is full.\nMore.\n']);
  expect((await fetch(`${server.url}/`)).status).toBe(404);
  expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(405);
});

it('goes on when metrics cannot be read', async () => {
  await using server = await startMetricsServer({ ...well, metrics: () => Promise.reject(new Error('no')) });
  expect((await fetch(`${server.url}/metrics`)).status).toBe(500);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

it('says in words that its port is taken, and which variable names it', async () => {
  await using server = await startMetricsServer(well);
  const port = Number(new URL(server.url).port);
  await expect(startMetricsServer({ ...well, port })).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('AI_FIX_METRICS_PORT'),
  });
});
