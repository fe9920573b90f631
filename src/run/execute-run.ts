import { hasCode, OperationalError } from '../core/errors.ts';
import type { Emit, RunEvent } from '../core/events.ts';
import type { RunEnd, RunRecord, StoredEvent } from '../core/run-record.ts';
import { currentProof, factsOf, type RunFacts } from '../report/run-facts.ts';
import { createAnnouncer } from './announcer.ts';
import { fence } from './fence.ts';
import type { RunPorts, RunStore } from './run-ports.ts';
import { fruitless } from './shifts.ts';
import { type Working, workOnRun } from './work-on-run.ts';

/** A worker that dies this often at one point dies of what it does there: that must not go on for ever. */
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
  const desk = fence(await ports.desk(run.request.repository), store.check);
  const { clock, onError } = ports;
  await using announcer = await createAnnouncer(run, events, { desk, keep: store.keep, onError, clock });
  const save: Emit = async (...given) => {
    const stored = await store.append(given);
    events.push(...stored);
    stored.forEach(announcer.note);
  };
  const working = { run, events, store, ports, desk, announcer, save };
  const outcome = outcomeOf(events);
  if (outcome !== null) await save(outcome);
  else if (factsOf(events).outcome === null) {
    const isParked = await workOnRun(working, stopping, cancelling.signal);
    if (isParked) return null;
  }
  return conclude(working);
}

function unlessDamaged(error: unknown): OperationalError {
  if (hasCode(error, 'data_corrupt')) return error;
  throw error;
}

/** Of a run that cannot be read, people are told as far as that can be done. */
async function endDamaged(
  run: RunRecord,
  store: RunStore,
  { desk, clock, onError }: RunPorts,
  { message: why }: OperationalError,
): Promise<RunEnd> {
  const end: RunEnd = { outcome: 'failed', why, published: null };
  try {
    const fenced = fence(await desk(run.request.repository), store.check);
    await using announcer = await createAnnouncer(run, [], {
      desk: fenced,
      keep: store.keep,
      onError,
      clock,
    });
    await announcer.conclude(end);
  } catch (error) {
    if (error instanceof OperationalError) throw error; // to be told later
    onError(error);
  }
  await store.end(end, run.usd);
  return end;
}

/** Tells people what the run has come to, then ends it. */
async function conclude({ run, events, store, announcer }: Working): Promise<RunEnd> {
  const { outcome, published, usd } = factsOf(events);
  if (outcome === null) throw new Error(`run ${run.id} has no outcome`);
  const end: RunEnd = { outcome: outcome.outcome, why: outcome.why, published };
  await announcer.conclude(end);
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
  why: `the worker died ${maximumDeaths} times while it was at this run`,
} as const;
