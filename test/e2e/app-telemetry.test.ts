import { expect, it } from 'vitest';
import { traceIdOf } from '../../src/telemetry/run-trace.ts';
import { commands, goodFix, outcomeOf, startTestApp } from '../support/app-run.ts';
import { startCollector } from '../support/collector.ts';
import { readMetrics } from '../support/exposition.ts';

it('a run can be seen in the metrics, in a trace and in the log, and none of them holds its texts', async () => {
  await using collector = await startCollector();
  await using app = await startTestApp({ metricsPort: 0, traces: { endpoint: collector.url, headers: '' } });
  const title = 'Totals, a canary title';
  app.play(title, commands(goodFix));
  const repository = await app.repository();
  await repository.label({ title, body: 'A canary body: `total([1, 2, 3])` gives 3, it should be 6.' });
  const run = await app.ended(title);
  expect(outcomeOf(run)).toMatchObject({ outcome: 'proven' });

  const answer = await fetch(`${app.metricsUrl()}/metrics`);
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const { value } = readMetrics(text);
  const turns = run.events.filter(({ type }) => type === 'turn_ended').length;
  expect(value('ai_fix_runs_total', { outcome: 'proven' })).toBe(1);
  expect(value('ai_fix_model_request_duration_seconds')).toBe(turns);
  for (const stage of ['workspace', 'environment', 'check', 'agent', 'verify', 'publish'])
    expect(value('ai_fix_stage_duration_seconds', { stage }), stage).toBeGreaterThan(0);
  expect(value('ai_fix_deliveries_total', { verdict: 'queued' })).toBeGreaterThan(0);
  expect(value('ai_fix_github_requests_total', { status: '2xx' })).toBeGreaterThan(5);
  expect(value('ai_fix_github_rate_limit_remaining')).toBeGreaterThan(0);
  expect(value('ai_fix_sandbox_starts_total', { purpose: 'agent', result: 'started' })).toBe(1);
  expect(value('ai_fix_runs_waiting')).toBe(0);
  expect(value('ai_fix_health_problems')).toBe(0);
  expect((await fetch(`${app.metricsUrl()}/healthz`)).status).toBe(200);

  await app.stop();
  const spans = collector.spans();
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf(run.id)]));
  expect(spans.filter(({ name }) => name.startsWith('chat '))).toHaveLength(turns);
  expect(spans.find(({ name }) => name === 'run')?.attributes).toMatchObject({
    'ai_fix.run': run.id,
    'ai_fix.outcome': 'proven',
  });
  const lines = app
    .log()
    .split('\n')
    .filter((line) => /"run (begins|ended)"/.test(line));
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ trace_id: traceIdOf(run.id) });

  const told = [text, ...lines, ...collector.requests.map(({ body }) => body.toString())].join('\n');
  for (const secret of ['canary', 'total.js', 'loop now runs']) expect(told).not.toContain(secret);
});
