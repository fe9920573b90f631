import type { Logger } from 'pino';
import type { AppConfig } from './app-config.ts';
import { messageOf } from './core/errors.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { type Observer, tellAll } from './telemetry/observer.ts';
import { traceIdOf } from './telemetry/run-trace.ts';

export interface Telemetry extends AsyncDisposable {
  observer: Observer;
  /** Null when nobody asked for them. */
  metrics: Metrics | null;
  /** What the log lines of a run hold beside its id. */
  fieldsOf(run: string): { trace_id?: string };
}

/** Metrics and traces as configured. Their libraries are loaded only where they are used. */
export async function openTelemetry(
  config: AppConfig,
  others: readonly Partial<Observer>[],
  log: Logger,
): Promise<Telemetry> {
  await using opened = new AsyncDisposableStack();
  const metrics = config.metricsPort === undefined ? null : await openMetrics(config);
  const traces = config.traces === undefined ? null : await openTraces(config.traces.endpoint, log, opened);
  const observers = [metrics, traces, ...others].filter((observer) => observer !== null);
  const held = opened.move();
  return {
    observer: tellAll(observers, (error) => log.error({ err: error }, 'telemetry failed')),
    metrics,
    fieldsOf: (run) => (traces === null ? {} : { trace_id: traceIdOf(run) }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function openMetrics({ maximumRuns }: AppConfig): Promise<Metrics> {
  const { createMetrics } = await import('./telemetry/metrics.ts');
  return createMetrics(maximumRuns);
}

async function openTraces(
  endpoint: string,
  log: Logger,
  opened: AsyncDisposableStack,
): Promise<Partial<Observer>> {
  const [{ openOtlp }, { createTraces }] = await Promise.all([
    import('./telemetry/otlp.ts'),
    import('./telemetry/traces.ts'),
  ]);
  const warn = (message: unknown) => log.warn({ why: messageOf(message) }, 'traces could not be sent');
  return createTraces(opened.use(openOtlp({ endpoint, warn })));
}
