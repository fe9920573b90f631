import type { RunRecord } from '../../core/run-record.ts';
import type { RepositoryWriter } from '../github-ports.ts';
import { createAnnouncer } from '../tell/announcer.ts';
import type { Request, TriggerPorts } from './trigger-ports.ts';

/** A run that no worker has yet ends at once, and nobody else says so. */
export async function cancelRun(id: string, reason: string, ports: TriggerPorts): Promise<void> {
  const run = await ports.store.requestCancel(id, reason);
  if (run !== null) await conclude(run, ports);
}

/** Says that a run has ended which no worker had; the run's id, null when there is nothing to say. */
async function conclude(run: RunRecord, ports: TriggerPorts): Promise<string | null> {
  if (run.end?.outcome !== 'cancelled' || run.posted.concluded !== false) return null;
  await using announcer = await announce(run, await ports.writer(run.request.repository), ports);
  await announcer.conclude(run.end);
  await ports.store.keepPosted(run.id, { concluded: true });
  return run.id;
}

/** Says what could not be said when the run was cancelled, because GitHub did not answer. */
export async function concludeLeft(
  { repository, subject }: Pick<Request['trigger'], 'repository' | 'subject'>,
  ports: TriggerPorts,
): Promise<string | null> {
  const latest = await ports.store.latestRun(repository, subject.number);
  return latest === null ? null : conclude(latest, ports);
}

/** Tells of a run that no worker has. */
export async function announce(
  run: RunRecord,
  writer: RepositoryWriter,
  { store, onError, clock }: TriggerPorts,
) {
  const keep = (facts: RunRecord['posted']) => store.keepPosted(run.id, facts);
  const events = await store.readEvents(run.id).catch((error: unknown) => {
    onError(error); // of a damaged log too it can be said that the run is over
    return [];
  });
  return createAnnouncer(run, events, { writer, keep, onError, clock });
}
