import type { Changes } from '../../core/changes.ts';
import type { Shell } from '../../core/command.ts';
import { OperationalError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { packChanges } from '../../workspace/changes-archive.ts';
import { exportChanges, fingerprint } from '../../workspace/export.ts';

/**
 * Looks whether the work tree has changed since the last look, and gives the event that keeps what it holds now. It is
 * to be saved together with the answer of the call that changed it.
 */
export function createCheckpoints(shell: Shell): () => Promise<RunEvent[]> {
  let last: string | null = null;
  return async () => {
    const now = await fingerprint(shell);
    if (now === last) return [];
    const isFirst = last === null;
    last = now;
    const kept = await keep(shell);
    return isFirst && kept.problem === null && kept.files === 0 ? [] : [kept];
  };
}

type Checkpoint = Extract<RunEvent, { type: 'checkpoint' }>;

async function keep(shell: Shell): Promise<Checkpoint> {
  try {
    return checkpointOf(await exportChanges(shell));
  } catch (error) {
    // too much to keep, or a file that changed while it was read: tried again once something changes
    if (!(error instanceof OperationalError) || error.code === 'sandbox_died') throw error;
    return { type: 'checkpoint', files: 0, problem: error.message };
  }
}

function checkpointOf(changes: Changes): Checkpoint {
  return { type: 'checkpoint', files: changes.size, problem: null, content: packChanges(changes) };
}
