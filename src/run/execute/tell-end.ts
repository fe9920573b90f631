import { hasCode } from '../../core/errors.ts';
import type { RunPorts } from './run-ports.ts';

/** As long as a run waits for what passes by itself. */
const patienceMs = 24 * 3_600_000;

/**
 * Tells people what a run came to. While that cannot be done it rejects, for the run to be claimed again soon; once it
 * is a day since then, it is given up: the run ends untold.
 */
export async function tellEnd(
  tell: () => Promise<void>,
  since: string,
  { clock, onError }: Pick<RunPorts, 'clock' | 'onError'>,
): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (isOutOfReach(error) || clock() - Date.parse(since) < patienceMs) throw error;
    onError(error);
  }
}

/** Nothing can be written of the run, so nothing can be ended either. */
export function isOutOfReach(error: unknown): boolean {
  return hasCode(error, 'run_lost', 'database_unavailable');
}
