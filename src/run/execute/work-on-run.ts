import { oneAttempt } from '../../core/attempts.ts';
import { type ErrorCode, OperationalError } from '../../core/errors.ts';
import type { Emit } from '../../core/events.ts';
import type { RunRecord, RunRequest, StoredEvent } from '../../core/run-record.ts';
import { parseOrganisationConfig } from '../../environment/repository-config.ts';
import { factsOf } from '../../report/run-facts.ts';
import { canWrite } from '../../trigger/facts.ts';
import { showDiff } from '../../workspace/tree.ts';
import type { RepositoryReader, RepositoryWriter } from '../github-ports.ts';
import { runPipeline } from '../pipeline.ts';
import { type ResumePoint, resumePointOf } from '../resume-point.ts';
import type { Publish, RunAdapters, Task } from '../task.ts';
import type { Announcer } from '../tell/announcer.ts';
import { fence } from './fence.ts';
import { imagesFor } from './issue-images.ts';
import { type Parking, parkingFor } from './parking.ts';
import { createPublisher } from './publisher.ts';
import type { RunPorts, RunStore } from './run-ports.ts';
import { taskText } from './task-text.ts';
import { isOutOfReach } from './tell-end.ts';

/** A run in the hands of its worker. */
export interface ActiveRun {
  run: RunRecord;
  /** The log so far; grows with what is saved. */
  events: StoredEvent[];
  store: RunStore;
  ports: RunPorts;
  writer: RepositoryWriter;
  announcer: Announcer;
  save: Emit;
}

/** Brings the run to its outcome event, or parks it; true when it was parked. */
export async function workOnRun(
  active: ActiveRun,
  stopping: AbortSignal,
  cancelling: AbortSignal,
): Promise<boolean> {
  const { run, events, ports } = active;
  const emit = createEmit(active, stopping);
  const parkingOf = (error: unknown): Parking | null =>
    parkingFor(error, events, ports.clock(), ports.pauses);
  const adapters: RunAdapters = {
    sandboxes: ports.sandboxes(run.id, run.request.repository),
    baselines: ports.baselines(run.request.repository),
    model: (choice) => ports.model(choice, emit),
    modelProfile: ports.modelProfile,
    emit,
    say: () => {},
    now: () => performance.now(),
    isPassing: (error) =>
      !cancelling.aborted && (stopping.aborted || isOutOfReach(error) || parkingOf(error) !== null),
    publish: guardedPublish(active),
  };
  const left = resumePointOf(events, await active.store.workTree());
  try {
    await runPipeline(taskOf(run, ports, left), adapters, AbortSignal.any([stopping, cancelling]));
    return false;
  } catch (error) {
    if (isOutOfReach(error)) throw error;
    const parking = parkingOf(error);
    if (parking === null && !stopping.aborted) throw error;
    await park(active, parking);
    return true;
  }
}

/** Of these nothing can be told there. */
const ofGitHub = new Set<ErrorCode>(['rate_limited', 'github_unreachable', 'github_unauthorised']);

/** Leaves the run for later; without a parking because this process stops. */
async function park(
  { run, events, store, ports, announcer, save }: ActiveRun,
  parking: Parking | null,
): Promise<void> {
  const seconds = parking?.seconds ?? 0;
  const { code, why } = parking ?? { code: null, why: 'the server stops' };
  const until = seconds === 0 ? null : new Date(ports.clock() + seconds * 1000).toISOString();
  await save({ type: 'parked', code, why, until });
  if (parking?.isShared === true) await ports.modelHealth.failed(run.id, parking);
  if (parking !== null && !ofGitHub.has(parking.code)) await announcer.tell();
  await store.park({ seconds, usd: factsOf(events).usd });
}

/** Saves events, unless this process stops: what is being published is brought to its end, or it would be done again. */
function createEmit({ save, ports }: ActiveRun, stopping: AbortSignal): Emit {
  let isPublishing = false;
  let hasAnswered = false;
  return async (...events) => {
    isPublishing ||= events.some((event) => event.type === 'stage_started' && event.stage === 'publish');
    if (!isPublishing) stopping.throwIfAborted();
    await save(...events);
    if (hasAnswered || !events.some(({ type }) => type === 'turn_ended')) return;
    hasAnswered = true;
    await ports.modelHealth.answered().catch(ports.onError);
  };
}

function taskOf({ id, request }: RunRecord, ports: RunPorts, left: ResumePoint): Task {
  const { repository, base, pull, issue, model, limits, attempts = oneAttempt } = request;
  const isBegun = left.logged.messages.length > 0; // then the conversation holds them, or why not
  return {
    run: id,
    title: issue.title,
    commit: base.commit,
    resume: left,
    repository: `${repository.host}/${repository.id}`,
    ...{ model, limits, attempts },
    async open(signal) {
      const reader = ports.github.on(repository);
      await requireWrite(request, reader);
      const where = { commit: base.commit, branch: pull?.branch ?? base.branch };
      const git = await ports.mirror(repository, where, signal);
      const earlier = pull === null ? null : await showDiff(git, pull.mergeBase, base.commit);
      const organisation = parseOrganisationConfig(await reader.ownerConfig());
      const images = isBegun ? [] : await imagesFor(request, ports.modelProfile(model), reader);
      return { git, text: { ...taskText(request, earlier), images }, organisation };
    },
  };
}

/** Who asked must still be allowed to when something is written, and status comments wait while it is. */
function guardedPublish({ run, events, store, ports, writer, announcer }: ActiveRun): Publish {
  const { repository } = run.request;
  const { clock, onError } = ports;
  return async (change, end) => {
    const reader = ports.github.on(repository);
    await requireWrite(run.request, reader);
    using _hold = announcer.hold();
    const port = fence(await ports.publisher(repository), store.check);
    const publisher = createPublisher(run, {
      port,
      reader,
      writer,
      facts: () => factsOf(events),
      clock,
      onError,
    });
    return await publisher(change, end);
  };
}

async function requireWrite({ actor }: RunRequest, reader: RepositoryReader): Promise<void> {
  if (canWrite(await reader.permission(actor))) return;
  throw new OperationalError(
    'not_permitted',
    `${actor.login}, who asked for this, may not write to the repository any more. Somebody who may can ask again.`,
  );
}
