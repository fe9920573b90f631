import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { readMetrics } from '../support/exposition.ts';

const started = Date.parse('2026-05-04T10:00:00Z');
const turn: Extract<RunEvent, { type: 'turn_ended' }> = {
  type: 'turn_ended',
  step: 1,
  usage: { cacheHitTokens: 700, cacheMissTokens: 200, outputTokens: 30, reasoningTokens: 10 },
  usd: 0.25,
  model: 'deepseek-v4-pro',
  seconds: 3,
};

async function read(metrics: Metrics, waiting: number | null = 0) {
  return readMetrics(await metrics.text({ waiting, problems: 0 }));
}

it('counts a run with its stages, requests, tokens, money and tools', async () => {
  const metrics = createMetrics(2, () => started + 90_000);
  metrics.runTaken({ id: 'a', attempt: 1, startedAt: new Date(started).toISOString() });
  const events: RunEvent[] = [
    { type: 'stage_started', stage: 'agent' },
    { type: 'model_retried', why: 'busy', seconds: 1, model: turn.model },
    { type: 'model_retried', why: 'cut', seconds: 1, model: turn.model, usage: turn.usage, usd: 0.125 },
    turn,
    { type: 'turn_dropped', why: 'cut off' },
    { type: 'tool_ended', name: 'bash', summary: 'ls', seconds: 0.1 },
    { type: 'stage_ended', stage: 'agent', seconds: 60 },
    { type: 'outcome', outcome: 'proven', why: 'it is' },
  ];
  for (const event of events) metrics.runEvent('a', event);
  const { value } = await read(metrics);
  const model = { model: 'deepseek-v4-pro' };
  expect(value('ai_fix_runs_running')).toBe(1);
  expect(value('ai_fix_runs_total', { outcome: 'proven' })).toBe(1);
  expect(value('ai_fix_runs_total')).toBe(1);
  expect(value('ai_fix_run_duration_seconds')).toBe(1);
  expect(value('ai_fix_stage_duration_seconds', { stage: 'agent' })).toBe(1);
  expect(value('ai_fix_model_request_duration_seconds', model)).toBe(1);
  expect(value('ai_fix_model_tokens_total', { ...model, kind: 'cache_hit' })).toBe(1400);
  expect(value('ai_fix_model_tokens_total', { ...model, kind: 'cache_miss' })).toBe(400);
  expect(value('ai_fix_model_tokens_total', { ...model, kind: 'output' })).toBe(60);
  expect(value('ai_fix_model_cost_usd_total')).toBe(0.375);
  expect(value('ai_fix_model_cost_usd_total', model)).toBe(0.375);
  expect(value('ai_fix_model_retries_total')).toBe(2);
  expect(value('ai_fix_model_dropped_answers_total')).toBe(1);
  expect(value('ai_fix_tool_duration_seconds', { tool: 'bash' })).toBe(1);
});

it('counts a run as long as it was, from its first start on', async () => {
  const metrics = createMetrics(2, () => started + 90_000);
  metrics.runTaken({ id: 'a', attempt: 2, startedAt: new Date(started).toISOString() });
  metrics.runEvent('a', { type: 'outcome', outcome: 'failed', why: 'it did' });
  const text = await metrics.text({ waiting: 0, problems: 0 });
  expect(text).toContain('ai_fix_run_duration_seconds_sum 90\n');
});

it('no longer counts a run as running when it is left, once or twice', async () => {
  const metrics = createMetrics(2);
  metrics.runTaken({ id: 'a', attempt: 1, startedAt: null });
  metrics.runLeft('a');
  metrics.runLeft('a');
  expect((await read(metrics)).value('ai_fix_runs_running')).toBe(0);
});

it('counts webhooks, requests to GitHub by class of status, and sandboxes', async () => {
  const metrics = createMetrics(2);
  metrics.deliveryAnswered('nothing to do');
  metrics.githubAnswered({ status: 201, limitOf: '7', remaining: 4998 });
  metrics.githubAnswered({ status: 502, limitOf: '7', remaining: null });
  metrics.githubAnswered({ status: null, limitOf: '7', remaining: null });
  metrics.sandboxStarted('agent', true);
  metrics.sandboxStarted('agent', false);
  const { value } = await read(metrics);
  expect(value('ai_fix_deliveries_total', { verdict: 'nothing_to_do' })).toBe(1);
  for (const status of ['2xx', '5xx', 'none'])
    expect(value('ai_fix_github_requests_total', { status })).toBe(1);
  expect(value('ai_fix_github_rate_limit_remaining', { installation: '7' })).toBe(4998);
  expect(value('ai_fix_sandbox_starts_total', { purpose: 'agent', result: 'started' })).toBe(1);
  expect(value('ai_fix_sandbox_starts_total', { purpose: 'agent', result: 'failed' })).toBe(1);
});

it('does not say that nothing waits when the database does not say', async () => {
  expect((await read(createMetrics(2), 3)).value('ai_fix_runs_waiting')).toBe(3);
  expect((await read(createMetrics(2), null)).value('ai_fix_runs_waiting')).toBeNaN();
});

it('names its metrics as Prometheus wants it, and describes each', async () => {
  const ours = (await read(createMetrics(2))).families.filter(({ name }) => name.startsWith('ai_fix_'));
  expect(ours.length).toBeGreaterThan(12);
  for (const { name, type, help } of ours) {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    expect(help).toMatch(/\.$/);
  }
});

it('tells of the process and its event loop', async () => {
  const { value } = await read(createMetrics(2));
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(0);
  expect(value('nodejs_eventloop_lag_p99_seconds')).not.toBeNull();
});
