import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import { within } from '../core/within.ts';
import type { Spans } from './traces.ts';

const lastSpansWithinMs = 2000;

export interface OtlpOptions {
  /** Of a collector, without `/v1/traces`. */
  endpoint: string;
  /** Hears of spans that could not be sent. */
  warn(message: string): void;
}

/** Sends spans to a collector in the background. Disposing of it sends the last ones, if the collector takes them. */
export function openOtlp({ endpoint, warn }: OtlpOptions): Spans & AsyncDisposable {
  listenToFaults(warn);
  const random = new RandomIdGenerator();
  // the SDK asks for ids without saying what for, in the middle of startSpan
  let nextTrace: string | null = null;
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'ai-fix' }))
    .merge(detectResources({ detectors: [envDetector] }));
  const provider = new TracerProvider({
    resource,
    idGenerator: {
      generateTraceId: () => nextTrace ?? random.generateTraceId(),
      generateSpanId: () => random.generateSpanId(),
    },
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }) }),
    ],
  });
  const tracer = provider.getTracer('ai-fix');
  return {
    startTrace(traceId, name, attributes) {
      nextTrace = traceId;
      try {
        return tracer.startSpan(name, { root: true, attributes });
      } finally {
        nextTrace = null;
      }
    },
    start: (name, attributes, startTime, parent) => tracer.startSpan(name, { attributes, startTime }, parent),
    async [Symbol.asyncDispose]() {
      const end = provider.shutdown().catch((error: unknown) => warn(String(error)));
      await within(lastSpansWithinMs, end);
    },
  };
}

/** The SDK says nothing of what goes wrong unless it is given a log. */
function listenToFaults(warn: (message: string) => void): void {
  const silent = () => {};
  diag.setLogger(
    { error: warn, warn, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
