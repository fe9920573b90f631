import type { ApplicationFunction } from 'probot';
import { within } from './core/within.ts';

/** A webhook whose signature was right. */
export interface Webhook {
  /** GitHub's id of it; a redelivery keeps it. */
  guid: string;
  event: string;
  payload: unknown;
}

export interface AppPorts {
  /** Stores what a delivery asks for. Resolves only when it is safe; says in one word what became of it. */
  receive(delivery: Webhook): Promise<string>;
  onError(error: unknown): void;
  /** One line for each delivery: never its content. */
  log(line: { delivery: string; event: string; action: string | null; verdict: string; ms: number }): void;
  now(): number;
}

/**
 * GitHub waits ten seconds, and Octokit's middleware answers "202 still processing" after nine whatever becomes of the
 * event. Giving up before makes it a failed delivery, which can be asked for again.
 */
const storeWithinMs = 8000;

/** The Probot app: hands deliveries on, nothing else. */
export function createApp({ receive, log, onError, now }: AppPorts): ApplicationFunction {
  return (app) => {
    app.onAny(async ({ id, name, payload }) => {
      const started = now();
      const action = 'action' in payload && typeof payload.action === 'string' ? payload.action : null;
      const tell = (verdict: string) =>
        log({ delivery: id, event: name, action, verdict, ms: Math.round(now() - started) });
      try {
        tell(await inTime(receive({ guid: id, event: name, payload })));
      } catch (error) {
        tell('failed');
        onError(error);
        throw error;
      }
    });
  };
}

async function inTime(storing: Promise<string>): Promise<string> {
  const verdict = await within(storeWithinMs, storing);
  if (verdict === 'late') throw new Error('the delivery could not be stored in time');
  return verdict;
}
