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
import type { Desk, Hub, HubRepository } from './hub.ts';
import { type Publish, runPipeline, type Task } from './pipeline.ts';
import type { BaselineStore, Sandboxes } from './ports.ts';
import { createPublisher } from './publisher.ts';
import { taskText } from './task-text.ts';

/** A run's log as its present worker writes it: every call rejects with `run_lost` once another worker has the run. */
export interface RunStore {
  append(event: RunEvent): Promise<StoredEvent>;
  read(): Promise<StoredEvent[]>;
  keep(facts: RunRecord['facts']): Promise<void>;
  end(end: RunEnd, usd: number): Promise<void>;
  /** Calls back once when somebody wants the run to stop. */
  watchCancel(onCancel: (reason: string) => void): Disposable;
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
  sandboxes(run: string): Sandboxes;
  baselines: BaselineStore;
  model(name: string, emit: Emit): Complete;
  /** Told of what went wrong beside the run itself. */
  onError(error: unknown): void;
  /** Milliseconds since 1970. */
  clock(): number;
}

/** A run that was begun and left this often is given up: what kills workers must not go on for ever. */
const maximumAttempts = 3;

/**
 * One run from its frozen request to its end, told all along. When `stopping` aborts it leaves the run as it is, for
 * another worker. Whatever else happens, the run ends with an outcome that people see.
 */
export async function executeRun(
  run: RunRecord,
  store: RunStore,
  ports: RunPorts,
  stopping: AbortSignal,
): Promise<RunEnd> {
  const cancelling = new AbortController();
  using _watch = store.watchCancel((reason) => cancelling.abort(reason));
  const events = await store.read();
  const desk = await ports.desk(run.request.repository);
  const { clock, onError } = ports;
  await using announcer = await createAnnouncer(run, events, { desk, keep: store.keep, onError, clock });
  let isPublishing = false;
  const emit: Emit = async (event) => {
    isPublishing ||= event.type === 'stage_started' && event.stage === 'publish';
    // what is published must be in the log, or the next worker would publish again
    if (!isPublishing) stopping.throwIfAborted();
    const stored = await store.append(event);
    events.push(stored);
    announcer.note(stored);
  };
  const left = factsOf(events);
  if (left.outcome === null && left.published !== null) await emit(outcomeOf(left));
  else if (left.outcome === null) {
    const begun = events.filter(({ event }) => event.type === 'run_started').length;
    if (begun >= maximumAttempts) await emit(givenUp);
    else {
      const signal = AbortSignal.any([stopping, cancelling.signal]);
      await work(run, { ports, desk, announcer, emit, facts: () => factsOf(events) }, signal);
    }
  }
  const { outcome, published, usd } = factsOf(events);
  if (outcome === null) throw new Error(`run ${run.id} has no outcome`);
  const end: RunEnd = { outcome: outcome.outcome, why: outcome.why, published };
  await announcer.conclude(end);
  await store.end(end, usd);
  return end;
}

/** Of a run that was left after it had published: doing it again could publish twice. */
function outcomeOf(facts: RunFacts): RunEvent {
  const proof = currentProof(facts);
  return { type: 'outcome', outcome: proof?.verdict ?? 'unproven', why: proof?.why ?? 'it was not tested' };
}

const givenUp = {
  type: 'outcome',
  outcome: 'failed',
  why: `the worker died ${maximumAttempts} times while it was at this run`,
} as const;

interface Working {
  ports: RunPorts;
  desk: Desk;
  announcer: Announcer;
  emit: Emit;
  facts(): RunFacts;
}

/** Brings the run to its outcome event. */
async function work(run: RunRecord, working: Working, signal: AbortSignal): Promise<void> {
  const { ports, emit } = working;
  const { request, id } = run;
  const adapters = {
    sandboxes: ports.sandboxes(id),
    baselines: ports.baselines,
    complete: ports.model(request.model, emit),
    emit,
    say: () => {},
    now: () => performance.now(),
    publish: guardedPublish(run, working),
  };
  await runPipeline(taskOf(run, ports, working.facts()), adapters, signal);
}

function taskOf({ id, request }: RunRecord, ports: RunPorts, { usd, steps }: RunFacts): Task {
  const { repository, base, pull, issue, model, limits } = request;
  return {
    run: id,
    title: issue.title,
    commit: base.commit,
    spentBefore: { usd, steps },
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
function guardedPublish(run: RunRecord, { ports, desk, announcer, facts }: Working): Publish {
  const { repository } = run.request;
  const { clock, onError } = ports;
  return async (change, end) => {
    const hub = ports.hub.on(repository);
    await requireWrite(run.request, hub);
    using _hold = announcer.hold();
    const port = await ports.publisher(repository);
    return await createPublisher(run, { port, hub, desk, facts, clock, onError })(change, end);
  };
}

async function requireWrite({ actor }: RunRequest, hub: HubRepository): Promise<void> {
  if (canWrite(await hub.permission(actor))) return;
  throw new OperationalError(
    'not_permitted',
    `${actor.login}, who asked for this, may not write to the repository any more. Somebody who may can ask again.`,
  );
}
