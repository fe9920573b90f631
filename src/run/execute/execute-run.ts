import { hasCode, OperationalError } from '../../core/errors.ts';
import type { Emit, RunEvent } from '../../core/events.ts';
import type { RunEnd, RunRecord, StoredEvent } from '../../core/run-record.ts';
import { currentProof, factsOf, type RunFacts } from '../../report/run-facts.ts';
import { fruitless, isProgress } from '../shifts.ts';
import { announceDamaged, createAnnouncer } from '../tell/announcer.ts';
import { fence } from './fence.ts';
import type { RunPorts, RunStore } from './run-ports.ts';
import { tellEnd } from './tell-end.ts';
import { type ActiveRun, workOnRun } from './work-on-run.ts';

/**
 * A worker that dies this often at one point of a run dies of what it does there: that must not go on for ever. It may
 * as well have died of another run beside it, so the last time the run is at work by itself.
 */
const maximumDeaths = 3;

/**
 * One run from its frozen request, or from where it was left, to its end, told all along. Null when it is left again:
 * because `stopping` aborts, or because of something that passes by itself. Whatever else happens, the run ends with an
 * outcome that people see. Rejects with `run_lost` when another worker has the run: then nothing more is written.
 */
export async function executeRun(
  run: RunRecord,
  store: RunStore,
  ports: RunPorts,
  stopping: AbortSignal,
): Promise<RunEnd | null> {
  const cancelling = new AbortController();
  using _watch = store.watchCancel((reason) => cancelling.abort(reason));
  const events = await store.read().catch(unlessDamaged);
  if (events instanceof OperationalError) return endDamaged(run, store, ports, events);
  const writer = fence(await ports.writer(run.request.repository), store.check);
  const { clock, onError } = ports;
  await using announcer = await createAnnouncer(run, events, { writer, keep: store.keep, onError, clock });
  const save: Emit = async (...given) => {
    const stored = await store.append(given);
    events.push(...stored);
    stored.forEach(announcer.note);
  };
  const active = { run, events, store, ports, writer, announcer, save };
  const outcome = outcomeOf(events);
  if (outcome !== null) await save(outcome);
  else if (factsOf(events).outcome === null) {
    const isParked = await workUnderLock(active, stopping, cancelling.signal);
    if (isParked) return null;
  }
  return conclude(active);
}

/** Works on a run beside others; or by itself, until it gets on, where its worker may have died of it. */
async function workUnderLock(
  active: ActiveRun,
  stopping: AbortSignal,
  cancelling: AbortSignal,
): Promise<boolean> {
  const isSuspect = fruitless(active.events).deaths === maximumDeaths - 1;
  using hold = await active.ports.runLock.acquire(isSuspect, AbortSignal.any([stopping, cancelling]));
  stopping.throwIfAborted();
  const save: Emit = async (...given) => {
    await active.save(...given);
    if (given.some(isProgress)) hold.downgrade();
  };
  return await workOnRun({ ...active, save }, stopping, cancelling);
}

function unlessDamaged(error: unknown): OperationalError {
  if (hasCode(error, 'data_corrupt')) return error;
  throw error;
}

/** Of a run that cannot be read, people are told as far as that can be done. */
async function endDamaged(
  run: RunRecord,
  store: RunStore,
  ports: RunPorts,
  { message: why, code }: OperationalError,
): Promise<RunEnd> {
  const { clock, onError } = ports;
  const end: RunEnd = { outcome: 'failed', why, published: null };
  const at = new Date(clock()).toISOString();
  const log: StoredEvent[] = [{ number: 1, at, event: { type: 'outcome', outcome: 'failed', why, code } }];
  const tell = async () => {
    const writer = fence(await ports.writer(run.request.repository), store.check);
    await using announcer = await createAnnouncer(run, log, { writer, keep: store.keep, onError, clock });
    await announcer.conclude(end).catch((error: unknown) => {
      if (error instanceof OperationalError) throw error;
      return announceDamaged(run, why, writer); // what is missing of the request is missing for the words too
    });
  };
  try {
    await tellEnd(tell, run.startedAt ?? run.createdAt, ports);
  } catch (error) {
    if (error instanceof OperationalError) throw error; // to be told later
    onError(error); // it is not even known where to tell it
  }
  await store.end(end, run.usd);
  return end;
}

/** Tells people what the run has come to, then ends it. */
async function conclude({ run, events, store, ports, announcer }: ActiveRun): Promise<RunEnd> {
  const { outcome, published, usd } = factsOf(events);
  if (outcome === null) throw new Error(`run ${run.id} has no outcome`);
  const end: RunEnd = { outcome: outcome.outcome, why: outcome.why, published };
  const since = events.findLast(({ event }) => event.type === 'outcome')?.at ?? '';
  await tellEnd(() => announcer.conclude(end), since, ports);
  await store.end(end, usd);
  return end;
}

/** The outcome of a run that was left and on which no more work is done; null when it is gone on with, or has one. */
function outcomeOf(events: readonly StoredEvent[]): RunEvent | null {
  const facts = factsOf(events);
  if (facts.outcome !== null) return null;
  if (facts.published !== null) return publishedOutcome(facts);
  return fruitless(events).deaths >= maximumDeaths ? givenUp : null;
}

/** Of a run that was left after it had published: doing it again could publish twice. */
function publishedOutcome(facts: RunFacts): RunEvent {
  const proof = currentProof(facts);
  return { type: 'outcome', outcome: proof?.verdict ?? 'unproven', why: proof?.why ?? 'it was not tested' };
}

const givenUp = {
  type: 'outcome',
  outcome: 'failed',
  code: 'worker_died',
  why: `the worker died ${maximumDeaths} times while it was at this run, the last time at nothing else`,
} as const;
