import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { RunEvent, Stage } from '../core/events.ts';
import type { Observer } from './observer.ts';
import { traceIdOf } from './run-trace.ts';

/** Where spans are made. */
export interface Spans {
  /** Begins a trace of that id. */
  startTrace(traceId: string, name: string, attributes: Attributes): Span;
  start(name: string, attributes: Attributes, startTime: number, parent: Context): Span;
}

/** What is open of a run. */
interface OpenRun {
  span: Span;
  stages: { name: Stage; span: Span }[];
  /** Failed requests to the model since its last answer. */
  retries: number;
}

/**
 * Makes the spans of runs out of their events: one for the run, below it its stages, below those the requests to the
 * model and the tool calls, named as OpenTelemetry names them for generative AI. None of their attributes holds text of
 * an issue, of code or of the model.
 */
export function createTraces(
  spans: Spans,
  now: () => number = Date.now,
): Pick<Observer, 'runTaken' | 'runEvent' | 'runLeft'> {
  const open = new Map<string, OpenRun>();
  return {
    runTaken({ id, attempt }) {
      const attributes = { 'ai_fix.run': id, 'ai_fix.attempt': attempt };
      open.set(id, { span: spans.startTrace(traceIdOf(id), 'run', attributes), stages: [], retries: 0 });
    },
    runEvent(id, event) {
      const run = open.get(id);
      if (run !== undefined) noteEvent(run, event, spans, now());
    },
    runLeft(id) {
      const run = open.get(id);
      for (const { span } of run?.stages ?? []) span.end(now());
      run?.span.end(now());
      open.delete(id);
    },
  };
}

function noteEvent(run: OpenRun, event: RunEvent, spans: Spans, at: number): void {
  const lasted = (name: string, seconds: number, attributes: Attributes, parent = innermost(run)) =>
    spans.start(name, attributes, at - seconds * 1000, parent).end(at);
  switch (event.type) {
    case 'stage_started':
      run.stages.push({
        name: event.stage,
        span: spans.start(event.stage, { 'ai_fix.stage': event.stage }, at, contextOf(run.span)),
      });
      break;
    case 'stage_ended':
      endStage(run, event.stage, at);
      break;
    case 'environment_ready':
      innermostSpan(run).setAttribute('ai_fix.environment.cached', event.cached);
      break;
    case 'baseline_ready':
      lasted('baseline', event.seconds, { 'ai_fix.baseline.cached': event.cached }, contextOf(run.span));
      break;
    case 'model_retried':
      run.retries += 1;
      break;
    case 'turn_ended':
      lasted(`chat ${event.model}`, event.seconds, requestAttributes(event, run.retries));
      run.retries = 0;
      break;
    case 'tool_ended':
      lasted(`execute_tool ${event.name}`, event.seconds, toolAttributes(event.name));
      break;
    case 'verified':
      innermostSpan(run).setAttributes({
        'ai_fix.round': event.round,
        'ai_fix.verdict': event.verification.verdict,
      });
      break;
    case 'outcome':
      run.span.setAttributes({
        'ai_fix.outcome': event.outcome,
        ...(event.code === undefined ? {} : { 'error.type': event.code }),
      });
      if (event.outcome === 'failed') run.span.setStatus({ code: SpanStatusCode.ERROR });
      break;
  }
}

function endStage(run: OpenRun, stage: Stage, at: number): void {
  const index = run.stages.findLastIndex(({ name }) => name === stage);
  if (index !== -1) run.stages.splice(index, 1)[0]?.span.end(at);
}

const innermostSpan = (run: OpenRun): Span => run.stages.at(-1)?.span ?? run.span;
const innermost = (run: OpenRun): Context => contextOf(innermostSpan(run));
const contextOf = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span);

function requestAttributes(
  { model, usage, usd, step }: Extract<RunEvent, { type: 'turn_ended' }>,
  retries: number,
): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.response.model': model,
    'gen_ai.usage.input_tokens': usage.cacheHitTokens + usage.cacheMissTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheHitTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'ai_fix.step': step,
    'ai_fix.retries': retries,
    'ai_fix.usd': usd,
  };
}

function toolAttributes(name: string): Attributes {
  return { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name };
}
