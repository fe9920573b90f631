import type { RunEvent } from '../../core/events.ts';
import type { Posted, RunEnd, StoredEvent } from '../../core/run-record.ts';
import type { Store } from '../store.ts';
import type { OnCancel } from './cancellation.ts';
import { checkRequest } from './check-stored.ts';
import type { ClaimedRun, Pause } from './claim-run.ts';

/**
 * What a worker keeps of the run that it claimed: implements run's `RunStore`. Events are written one call after the
 * other, each at the place where the last one ended, so that one whose answer was lost is known when it is made again.
 */
export function openRunJournal(store: Store, { run: { id, request }, token }: ClaimedRun) {
  let last: number | null = null;
  let writing: Promise<unknown> = Promise.resolve();

  const write = async (events: readonly RunEvent[]): Promise<StoredEvent[]> => {
    const stored = await store.appendEvents({ run: id, token, last }, events);
    last = stored.at(-1)?.number ?? last;
    return stored;
  };
  return {
    append(events: readonly RunEvent[]): Promise<StoredEvent[]> {
      const written = writing.then(() => write(events));
      writing = written.catch(() => {});
      return written;
    },
    /** Rejects with `data_corrupt` when the run's request or its log is damaged. */
    async read(): Promise<StoredEvent[]> {
      checkRequest(id, request);
      const events = await store.readEvents(id);
      last = events.at(-1)?.number ?? 0;
      return events;
    },
    workTree: () => store.readWorkTree(id),
    keep: (facts: Posted) => store.setPosted(id, facts, token),
    check: () => store.checkClaim(id, token),
    park: (pause: Pause) => store.parkRun(id, token, pause),
    async end(end: RunEnd, usd: number): Promise<void> {
      await store.endRun(id, token, end, usd);
    },
    watchCancel: (onCancel: OnCancel) => store.watchCancel(id, onCancel),
  };
}
