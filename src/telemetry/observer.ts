import type { RunEvent } from '../core/events.ts';

/** A run that this process has taken. */
interface TakenRun {
  id: string;
  /** 1 at the first time; more when a worker died or stopped before the end. */
  attempt: number;
  /** When its first attempt began, ISO 8601. */
  startedAt: string | null;
}

/** One answer of GitHub, or none. */
export interface GitHubAnswer {
  /** Null when no answer came. */
  status: number | null;
  /** Whose rate limit it counted against: an installation's id, or `app`. */
  limitOf: string;
  /** Requests that are left of it, where GitHub said so. */
  remaining: number | null;
}

/** Hears of what happens in this process. A call must neither wait nor throw. */
export interface Observer {
  runTaken(run: TakenRun): void;
  runEvent(run: string, event: RunEvent): void;
  /** The run has ended, or is left to another worker. */
  runLeft(run: string): void;
  deliveryAnswered(verdict: string): void;
  githubAnswered(answer: GitHubAnswer): void;
  sandboxStarted(purpose: string, isStarted: boolean): void;
}

/** Tells all of them. One that throws is told of and changes nothing: a run must not end because it was counted. */
export function tellAll(
  observers: readonly Partial<Observer>[],
  onError: (error: unknown) => void,
): Observer {
  const tell = (call: (observer: Partial<Observer>) => void) => {
    for (const observer of observers) {
      try {
        call(observer);
      } catch (error) {
        onError(error);
      }
    }
  };
  return {
    runTaken: (run) => tell((observer) => observer.runTaken?.(run)),
    runEvent: (run, event) => tell((observer) => observer.runEvent?.(run, event)),
    runLeft: (run) => tell((observer) => observer.runLeft?.(run)),
    deliveryAnswered: (verdict) => tell((observer) => observer.deliveryAnswered?.(verdict)),
    githubAnswered: (answer) => tell((observer) => observer.githubAnswered?.(answer)),
    sandboxStarted: (purpose, isStarted) => tell((observer) => observer.sandboxStarted?.(purpose, isStarted)),
  };
}
