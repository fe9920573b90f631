import { messageOf } from '../core/errors.ts';
import type { Check } from './health.ts';

/** What waits for a worker, in the whole database. */
export interface Waiting {
  runs: number;
  /** Since when the oldest of them waits; null when none does. */
  since: Date | null;
}

export interface DatabaseToCheck {
  waiting(): Promise<Waiting>;
  /** Since when this process could take one run more, by `now`; null when it cannot. */
  freeSince(): number | null;
  /** Milliseconds since 1970. */
  now(): number;
}

const slowMs = 1000;
const stuckMs = 3 * 60_000;
const whatToDo = 'Look whether the server is up and what it is busy with.';

/** Whether the database answers soon, and whether what waits in it is taken. */
export function checkDatabase(database: DatabaseToCheck): Check & { waiting(): number | null } {
  let waiting: number | null = null;
  return {
    late: `The database does not answer. ${whatToDo}`,
    waiting: () => waiting,
    async look() {
      const asked = database.now();
      try {
        const found = await database.waiting();
        waiting = found.runs;
        const took = database.now() - asked;
        if (took > slowMs)
          return `The database took ${(took / 1000).toFixed(1)} s for a small question. ${whatToDo}`;
        return isStuck(found, database) ? stuck(found, database.now()) : null;
      } catch (error) {
        waiting = null;
        return `The database does not answer (${messageOf(error).split('\n', 1)[0]}). ${whatToDo}`;
      }
    },
  };
}

function isStuck({ since }: Waiting, { freeSince, now }: DatabaseToCheck): boolean {
  const free = freeSince();
  return since !== null && free !== null && now() - Math.max(since.getTime(), free) > stuckMs;
}

function stuck({ runs, since }: Waiting, now: number): string {
  const minutes = Math.floor((now - (since?.getTime() ?? now)) / 60_000);
  return `The queue is stuck: ${runs} wait, the oldest for ${minutes} minutes, while this process could take more. Look for errors in its log, and restart it.`;
}
