import { createHash } from 'node:crypto';

/**
 * The trace of a run, told by its id alone: all attempts at it are one trace, whichever workers made them, and whoever
 * knows the run finds its trace.
 */
export function traceIdOf(run: string): string {
  return createHash('sha256').update(run).digest('hex').slice(0, 32);
}
