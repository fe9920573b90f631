import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { openOtlp } from '../../src/telemetry/otlp.ts';
import { traceIdOf } from '../../src/telemetry/run-trace.ts';
import { createTraces } from '../../src/telemetry/traces.ts';
import { type CollectedSpan, startCollector } from '../support/collector.ts';
import { startHttpServer } from '../support/http-server.ts';

const usage = { cacheHitTokens: 700, cacheMissTokens: 200, outputTokens: 30, reasoningTokens: 10 };
const turn: RunEvent = { type: 'turn_ended', step: 4, usage, usd: 0.25, model: 'v4', seconds: 3 };
const secret = 'canary words of an issue';
const events: RunEvent[] = [
  { type: 'run_started', run: 'a', title: secret, base: secret, model: 'v4' },
  { type: 'stage_started', stage: 'agent' },
  { type: 'message', message: { role: 'user', content: secret } },
  { type: 'model_retried', why: secret, seconds: 1 },
  turn,
  { type: 'tool_ended', name: 'bash', summary: secret, seconds: 2 },
  { type: 'stage_ended', stage: 'agent', seconds: 9 },
  { type: 'note', text: secret },
  { type: 'outcome', outcome: 'failed', why: secret, code: 'sandbox_died' },
];

/** What a collector has after the process ended, when `attempts` were made at the run `a`. */
async function collect(attempts: readonly RunEvent[][]): Promise<CollectedSpan[]> {
  await using collector = await startCollector();
  {
    await using otlp = openOtlp({ endpoint: collector.url, warn: (message) => expect.fail(message) });
    for (const [index, attempt] of attempts.entries()) {
      const traces = createTraces(otlp);
      traces.runTaken({ id: 'a', attempt: index + 1, startedAt: null });
      for (const event of attempt) traces.runEvent('a', event);
      traces.runLeft('a');
    }
  }
  expect(collector.requests.map(({ url }) => url)).toEqual(['/v1/traces']);
  expect(collector.resource()).toMatchObject({ 'service.name': 'ai-fix' });
  expect(Buffer.concat(collector.requests.map(({ body }) => body)).toString()).not.toContain('canary');
  return collector.spans();
}

const named = (spans: CollectedSpan[], name: string) => {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name}`);
  return found;
};

it('makes a span of the run, of its stages, and below them of requests and tool calls, without their texts', async () => {
  const spans = await collect([events]);
  const run = named(spans, 'run');
  const stage = named(spans, 'agent');
  const chat = named(spans, 'chat v4');
  const tool = named(spans, 'execute_tool bash');
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf('a')]));
  expect(run.parentSpanId).toBeUndefined();
  expect(stage.parentSpanId).toBe(run.spanId);
  expect([chat.parentSpanId, tool.parentSpanId]).toEqual([stage.spanId, stage.spanId]);
  expect(chat.seconds).toBeCloseTo(3);
  expect(tool.seconds).toBeCloseTo(2);
  expect(chat.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.usage.input_tokens': 900,
    'gen_ai.usage.output_tokens': 30,
    'ai_fix.step': 4,
    'ai_fix.retries': 1,
    'ai_fix.usd': 0.25,
  });
  expect(run.attributes).toEqual({
    'ai_fix.run': 'a',
    'ai_fix.attempt': 1,
    'ai_fix.outcome': 'failed',
    'error.type': 'sandbox_died',
  });
  expect(run.failed).toBe(true);
});

it('puts all attempts at a run into one trace, and ends what an attempt left open', async () => {
  const spans = await collect([[{ type: 'stage_started', stage: 'check' }], events]);
  const runs = spans.filter(({ name }) => name === 'run');
  expect(runs.map(({ traceId }) => traceId)).toEqual([traceIdOf('a'), traceIdOf('a')]);
  expect(runs.map(({ attributes }) => attributes['ai_fix.attempt'])).toEqual([1, 2]);
  expect(named(spans, 'check').parentSpanId).toBe(runs[0]?.spanId);
});

it('says that a collector takes nothing, and ends all the same', async () => {
  await using refusing = await startHttpServer((_, response) => response.writeHead(401).end());
  const warnings: string[] = [];
  {
    await using otlp = openOtlp({ endpoint: refusing.url, warn: (message) => warnings.push(message) });
    otlp.startTrace(traceIdOf('a'), 'run', {}).end();
  }
  expect(refusing.requests).toHaveLength(1);
  expect(warnings.join('\n')).toMatch(/401|Unauthorized/);
});

it('ends although the collector hangs', async () => {
  await using hanging = await startHttpServer(() => {});
  await using otlp = openOtlp({ endpoint: hanging.url, warn: () => {} });
  otlp.startTrace(traceIdOf('a'), 'run', {}).end();
});
