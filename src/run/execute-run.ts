import type { Complete } from '../agent/loop.ts';
import { OperationalError } from '../core/errors.ts';
import type { Emit, RunEvent } from '../core/events.ts';
import type { RunEnd, RunRecord, RunRequest, StoredEvent } from '../core/run-record.ts';
import type { Repository } from '../core/trigger.ts';
import type { OrganisationConfig } from '../environment/repository-config.ts';
import type { PublishPort } from '../publish/publish.ts';
import { currentProof, factsOf, type RunFacts } from '../report/run-facts.ts';
import { canWrite } from '../trigger/facts.ts';
import type { GitDirectory } from '../workspace/git.ts';
import { showDiff } from '../workspace/tree.ts';
import { type Announcer, createAnnouncer } from './announcer.ts';
import { fence } from './fence.ts';
import type { Desk, Hub, HubRepository } from './hub.ts';
import { type Parking, type Pauses, parkingFor } from './parking.ts';
import { fruitless, type Left, leftAt } from './past.ts';
import { runPipeline } from './pipeline.ts';
import type { BaselineStore, Sandboxes } from './ports.ts';
import { createPublisher } from './publisher.ts';
import type { Publish, RunAdapters, Task } from './task.ts';
import { taskText } from './task-text.ts';

/** A run's log as its present worker writes it: every call rejects with `run_lost` once another worker has the run. */
export interface RunStore {
  /** All of the events or none. */
  append(events: readonly RunEvent[]): Promise<StoredEvent[]>;
  /** Rejects with `data_corrupt` when what is stored cannot be read. */
  read(): Promise<StoredEvent[]>;
  /** The content of the newest checkpoint. */
  workTree(): Promise<Uint8Array | null>;
  keep(facts: RunRecord['facts']): Promise<void>;
  /** Does nothing but reject once the run is another worker's. */
  check(): Promise<void>;
  /** Gives the run back, for any worker after some seconds, with what it has cost so far. */
  park(pause: { seconds: number; usd: number }): Promise<void>;
  end(end: RunEnd, usd: number): Promise<void>;
  /** Calls back once when somebody wants the run to stop. */
  watchCancel(onCancel: (reason: string) => void): Disposable;
}

/** Whether the model answers, as all workers have found. */
interface ModelHealth {
  /** No run is given out for a while. */
  fails(run: string, parking: Pick<Parking, 'code' | 'why'>): Promise<void>;
  answers(): Promise<void>;
}

export interface RunPorts {
  hub: Hub;
  desk(repository: Repository): Promise<Desk>;
  publisher(repository: Repository): Promise<PublishPort>;
  /** The host's mirror of the repository, with that commit and its history. */
  mirror(
    repository: Repository,
    where: { branch: string; commit: string },
    signal: AbortSignal,
  ): Promise<GitDirectory>;
  organisation(repository: Repository): Promise<OrganisationConfig>;
  sandboxes(run: string, repository: Repository): Sandboxes;
  baselines(repository: Repository): BaselineStore;
  model(name: string, emit: Emit): Complete;
  modelHealth: ModelHealth;
  pauses: Pauses;
  /** Told of what went wrong beside the run itself. */
  onError(error: unknown): void;
  /** Milliseconds since 1970. */
  clock(): number;
}

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
    const isParked = await work(working, stopping, cancelling.signal);
    if (isParked) return null;
  }
  return conclude(working);
}

function unlessDamaged(error: unknown): OperationalError {
  if (error instanceof OperationalError && error.code === 'data_corrupt') return error;
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

interface Working {
  run: RunRecord;
  /** The log so far; grows with what is saved. */
  events: StoredEvent[];
  store: RunStore;
  ports: RunPorts;
  desk: Desk;
  announcer: Announcer;
  save: Emit;
}

/** Brings the run to its outcome event, or parks it; true when it was parked. */
async function work(working: Working, stopping: AbortSignal, cancelling: AbortSignal): Promise<boolean> {
  const { run, events, ports } = working;
  const emit = createEmit(working, stopping);
  const parkingOf = (error: unknown): Parking | null =>
    parkingFor(error, events, ports.clock(), ports.pauses);
  const adapters: RunAdapters = {
    sandboxes: ports.sandboxes(run.id, run.request.repository),
    baselines: ports.baselines(run.request.repository),
    complete: ports.model(run.request.model, emit),
    emit,
    say: () => {},
    now: () => performance.now(),
    isPassing: (error) =>
      !cancelling.aborted && (stopping.aborted || isOutOfReach(error) || parkingOf(error) !== null),
    publish: guardedPublish(working),
  };
  const left = leftAt(events, await working.store.workTree());
  try {
    await runPipeline(taskOf(run, ports, left), adapters, AbortSignal.any([stopping, cancelling]));
    return false;
  } catch (error) {
    if (isOutOfReach(error)) throw error;
    const parking = parkingOf(error);
    if (parking === null && !stopping.aborted) throw error;
    await park(working, parking);
    return true;
  }
}

/** Nothing can be written of the run, so nothing can be ended either. */
function isOutOfReach(error: unknown): boolean {
  const codes = ['run_lost', 'database_unavailable'];
  return error instanceof OperationalError && codes.includes(error.code);
}

/** Leaves the run for later; without a parking because this process stops. */
async function park(
  { run, events, store, ports, announcer, save }: Working,
  parking: Parking | null,
): Promise<void> {
  const seconds = parking?.seconds ?? 0;
  const { code, why } = parking ?? { code: null, why: 'the server stops' };
  const until = seconds === 0 ? null : new Date(ports.clock() + seconds * 1000).toISOString();
  await save({ type: 'parked', code, why, until });
  if (parking?.isShared === true) await ports.modelHealth.fails(run.id, parking);
  if (parking !== null && !parking.code.startsWith('github') && parking.code !== 'rate_limited')
    await announcer.tell();
  await store.park({ seconds, usd: factsOf(events).usd });
}

/** Saves events, unless this process stops: what is being published is brought to its end, or it would be done again. */
function createEmit({ save, ports }: Working, stopping: AbortSignal): Emit {
  let isPublishing = false;
  let hasAnswered = false;
  return async (...events) => {
    isPublishing ||= events.some((event) => event.type === 'stage_started' && event.stage === 'publish');
    if (!isPublishing) stopping.throwIfAborted();
    await save(...events);
    if (hasAnswered || !events.some(({ type }) => type === 'turn_ended')) return;
    hasAnswered = true;
    await ports.modelHealth.answers().catch(ports.onError);
  };
}

function taskOf({ id, request }: RunRecord, ports: RunPorts, left: Left): Task {
  const { repository, base, pull, issue, model, limits } = request;
  return {
    run: id,
    title: issue.title,
    commit: base.commit,
    left,
    repository: `${repository.host}/${repository.id}`,
    model,
    limits,
    async open(signal) {
      await requireWrite(request, ports.hub.on(repository));
      const where = { commit: base.commit, branch: pull?.branch ?? base.branch };
      const git = await ports.mirror(repository, where, signal);
      const earlier = pull === null ? null : await showDiff(git, pull.mergeBase, base.commit);
      const organisation = await ports.organisation(repository);
      return { git, text: taskText(request, earlier), organisation };
    },
  };
}

/** Who asked must still be allowed to when something is written, and status comments wait while it is. */
function guardedPublish({ run, events, store, ports, desk, announcer }: Working): Publish {
  const { repository } = run.request;
  const { clock, onError } = ports;
  return async (change, end) => {
    const hub = ports.hub.on(repository);
    await requireWrite(run.request, hub);
    using _hold = announcer.hold();
    const port = fence(await ports.publisher(repository), store.check);
    const publisher = createPublisher(run, { port, hub, desk, facts: () => factsOf(events), clock, onError });
    return await publisher(change, end);
  };
}

async function requireWrite({ actor }: RunRequest, hub: HubRepository): Promise<void> {
  if (canWrite(await hub.permission(actor))) return;
  throw new OperationalError(
    'not_permitted',
    `${actor.login}, who asked for this, may not write to the repository any more. Somebody who may can ask again.`,
  );
}
