import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { noUsage } from '../core/conversation.ts';
import type { RunEvent } from '../core/events.ts';
import { outcomes } from '../core/outcome.ts';
import type { GitHubAnswer, Observer } from './observer.ts';

/** What is asked for when somebody reads the metrics. */
interface Readings {
  /** Runs that wait for a worker, in the whole database; null when it does not say. */
  waiting: number | null;
  /** Things that are wrong, as /healthz tells them. */
  problems: number;
}

export interface Metrics extends Observer {
  contentType: string;
  /** All of them in Prometheus' text format. */
  text(readings: Readings): Promise<string>;
}

/** Counts what happens in this process. `slots` is how many runs it does at once. */
export function createMetrics(slots: number, now: () => number = Date.now): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauges = createGauges(registry);
  gauges.slots.set(slots);
  return {
    ...createRunMetrics(registry, now),
    ...createEdgeMetrics(registry),
    contentType: registry.contentType,
    text({ waiting, problems }) {
      gauges.waiting.set(waiting ?? Number.NaN);
      gauges.problems.set(problems);
      return registry.metrics();
    },
  };
}

function createGauges(registry: Registry) {
  const registers = [registry];
  return {
    slots: new Gauge({ registers, name: 'ai_fix_run_slots', help: 'Runs that this process does at once.' }),
    waiting: new Gauge({
      registers,
      name: 'ai_fix_runs_waiting',
      help: 'Runs in the database that wait for a worker. NaN when the database does not answer.',
    }),
    problems: new Gauge({
      registers,
      name: 'ai_fix_health_problems',
      help: 'Things that are wrong now; /healthz says which.',
    }),
  };
}

const runSeconds = [30, 60, 120, 300, 600, 1200, 1800, 2700, 3600, 7200];
const stageSeconds = [1, 5, 15, 30, 60, 120, 300, 600, 1200, 2700];
const requestSeconds = [0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320];
const toolSeconds = [0.01, 0.05, 0.25, 1, 5, 15, 60, 300];

/** What can be read off the runs' events. */
function createRunMetrics(
  registry: Registry,
  now: () => number,
): Pick<Observer, 'runTaken' | 'runEvent' | 'runLeft'> {
  const registers = [registry];
  const running = new Gauge({ registers, name: 'ai_fix_runs_running', help: 'Runs at work here.' });
  const ended = new Counter({
    registers,
    name: 'ai_fix_runs_total',
    help: 'Runs that ended here, by outcome.',
    labelNames: ['outcome'],
  });
  for (const outcome of outcomes) ended.inc({ outcome }, 0);
  const duration = new Histogram({
    registers,
    name: 'ai_fix_run_duration_seconds',
    help: 'From the first start of a run to its end, interruptions included.',
    buckets: runSeconds,
  });
  const stages = new Histogram({
    registers,
    name: 'ai_fix_stage_duration_seconds',
    help: 'Stages of runs, those that failed included.',
    labelNames: ['stage'],
    buckets: stageSeconds,
  });
  const tools = new Histogram({
    registers,
    name: 'ai_fix_tool_duration_seconds',
    help: "The agent's tool calls.",
    labelNames: ['tool'],
    buckets: toolSeconds,
  });
  const noteModel = createModelMetrics(registry);
  const started = new Map<string, number>();
  return {
    runTaken({ id, startedAt }) {
      running.inc();
      started.set(id, startedAt === null ? now() : Date.parse(startedAt));
    },
    runEvent(id, event) {
      noteModel(event);
      if (event.type === 'stage_ended') stages.observe({ stage: event.stage }, event.seconds);
      if (event.type === 'tool_ended') tools.observe({ tool: event.name }, event.seconds);
      if (event.type !== 'outcome') return;
      ended.inc({ outcome: event.outcome });
      const began = started.get(id);
      if (began !== undefined) duration.observe((now() - began) / 1000);
    },
    runLeft(id) {
      if (started.delete(id)) running.dec();
    },
  };
}

function createModelMetrics(registry: Registry): (event: RunEvent) => void {
  const registers = [registry];
  const labelNames = ['model'] as const;
  const requests = new Histogram({
    registers,
    name: 'ai_fix_model_request_duration_seconds',
    help: 'Answered requests to the model, with the tries before the answer.',
    labelNames,
    buckets: requestSeconds,
  });
  const tokens = new Counter({
    registers,
    name: 'ai_fix_model_tokens_total',
    help: 'Tokens: read from the cache (cache_hit), read anew (cache_miss), written (output).',
    labelNames: [...labelNames, 'kind'],
  });
  const cost = new Counter({
    registers,
    name: 'ai_fix_model_cost_usd_total',
    help: 'What the answers cost, those that broke off included.',
    labelNames,
  });
  const retries = new Counter({
    registers,
    name: 'ai_fix_model_retries_total',
    help: 'Requests that failed and were made again.',
  });
  const dropped = new Counter({
    registers,
    name: 'ai_fix_model_dropped_answers_total',
    help: 'Answers that were paid and could not be used.',
  });
  return (event) => {
    if (event.type === 'model_retried') retries.inc();
    if (event.type === 'turn_dropped') dropped.inc();
    if (event.type === 'turn_ended') requests.observe({ model: event.model }, event.seconds);
    if (event.type !== 'turn_ended' && event.type !== 'model_retried') return;
    const { model = 'unknown', usd = 0, usage = noUsage } = event;
    cost.inc({ model }, usd);
    tokens.inc({ model, kind: 'cache_hit' }, usage.cacheHitTokens);
    tokens.inc({ model, kind: 'cache_miss' }, usage.cacheMissTokens);
    tokens.inc({ model, kind: 'output' }, usage.outputTokens);
  };
}

/** What happens at the edges: webhooks, GitHub, sandboxes. */
function createEdgeMetrics(
  registry: Registry,
): Pick<Observer, 'deliveryAnswered' | 'githubAnswered' | 'sandboxStarted'> {
  const registers = [registry];
  const deliveries = new Counter({
    registers,
    name: 'ai_fix_deliveries_total',
    help: 'Webhooks, by what became of them.',
    labelNames: ['verdict'],
  });
  const requests = new Counter({
    registers,
    name: 'ai_fix_github_requests_total',
    help: 'Requests to GitHub by class of status, "none" when no answer came.',
    labelNames: ['status'],
  });
  const remaining = new Gauge({
    registers,
    name: 'ai_fix_github_rate_limit_remaining',
    help: "Requests left of an installation's rate limit, as GitHub last said.",
    labelNames: ['installation'],
  });
  const sandboxes = new Counter({
    registers,
    name: 'ai_fix_sandbox_starts_total',
    help: 'Sandboxes that were started, or could not be.',
    labelNames: ['purpose', 'result'],
  });
  return {
    deliveryAnswered: (verdict) => deliveries.inc({ verdict: verdict.replaceAll(' ', '_') }),
    githubAnswered(answer) {
      requests.inc({ status: classOf(answer) });
      if (answer.remaining !== null) remaining.set({ installation: answer.limitOf }, answer.remaining);
    },
    sandboxStarted: (purpose, isStarted) =>
      sandboxes.inc({ purpose, result: isStarted ? 'started' : 'failed' }),
  };
}

function classOf({ status }: GitHubAnswer): string {
  return status === null ? 'none' : `${Math.floor(status / 100)}xx`;
}
