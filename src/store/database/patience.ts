import { setTimeout as wait } from 'node:timers/promises';
import { hasCode } from '../../core/errors.ts';

const shortestMs = 100;
const longestMs = 2000;
/** A server that is restarted, or fails over to another, answers before this. */
const patienceMs = 120_000;

/**
 * Tries again while the database does not answer, so that a short outage costs nothing that was paid for. Only for
 * work that may be done twice: of one whose answer was lost it is not known whether it was done.
 */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  for (let pause = shortestMs; ; pause = Math.min(2 * pause, longestMs)) {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'database_unavailable') || performance.now() - started > patienceMs) throw error;
      await wait(pause);
    }
  }
}
