import type { RunEvent } from '../core/events.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Published } from '../core/published.ts';
import type { Verification } from '../core/verification.ts';
import type { Progress } from '../report/terminal/progress.ts';

/** What a run of the demo came to. */
export interface FinishedRun {
  outcome: Outcome;
  why: string;
  verification: Verification | null;
  published: Published | null;
  stages: { name: string; seconds: number }[];
  /** From the label or the review until everything was said. */
  seconds: number;
}

/** Follows the App's runs, one after the other. */
export function followRuns(progress: Progress) {
  let events: RunEvent[] = [];
  let started = performance.now();
  let ended = Promise.withResolvers<FinishedRun>();
  return {
    hooks: {
      onEvent(_: string, event: RunEvent) {
        events.push(event);
        void progress.show(event);
      },
      onEnd() {
        ended.resolve(finishedRun(events, (performance.now() - started) / 1000));
      },
    },
    /** Null when the signal aborts before the end. */
    async next(signal: AbortSignal): Promise<FinishedRun | null> {
      events = [];
      started = performance.now();
      ended = Promise.withResolvers();
      const interrupted = Promise.withResolvers<null>();
      const interrupt = () => interrupted.resolve(null);
      signal.addEventListener('abort', interrupt, { once: true });
      if (signal.aborted) interrupt(); // before there was anybody to hear it
      const run = await Promise.race([ended.promise, interrupted.promise]);
      signal.removeEventListener('abort', interrupt);
      progress.stop();
      return run;
    },
  };
}

function finishedRun(events: readonly RunEvent[], seconds: number): FinishedRun {
  const last = <Type extends RunEvent['type']>(type: Type) =>
    events.findLast((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
  const stages = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'stage_ended') stages.set(event.stage, (stages.get(event.stage) ?? 0) + event.seconds);
  }
  const outcome = last('outcome');
  return {
    outcome: outcome?.outcome ?? 'failed',
    why: outcome?.why ?? '',
    verification: last('verified')?.verification ?? null,
    published: last('published')?.published ?? null,
    stages: [...stages].map(([name, time]) => ({ name, seconds: time })),
    seconds,
  };
}
