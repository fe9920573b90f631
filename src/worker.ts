import type { Logger } from 'pino';
import { createModels, createSandboxes, type Engine } from './adapters.ts';
import type { AppConfig } from './app-config.ts';
import type { RunEvent } from './core/events.ts';
import { within } from './core/within.ts';
import type { GitHub } from './github/connection/client.ts';
import { openPublishPort } from './github/publish-port.ts';
import { createGitHubReader } from './github/repository-reader.ts';
import { createRepositoryWriter } from './github/repository-writer.ts';
import type { DataDirectory } from './housekeeping/data-directory.ts';
import { removeMirrorLeftovers, startHousekeeping } from './housekeeping/housekeeping.ts';
import { mirrorDirectory, repositoryName } from './housekeeping/kept-files.ts';
import { createLiveRuns } from './housekeeping/live-runs.ts';
import { pricesFor } from './model/parse-prices.ts';
import { modelProfile } from './model/prices.ts';
import { gitNetwork } from './network.ts';
import { executeRun } from './run/execute/execute-run.ts';
import { defaultPauses, type Pauses } from './run/execute/parking.ts';
import type { RunPorts, RunStore } from './run/execute/run-ports.ts';
import { createSharedLock } from './run/execute/shared-lock.ts';
import { watchSandboxes } from './run/execute/watch-sandboxes.ts';
import { handleTrigger } from './run/request/handle-trigger.ts';
import type { Policy, TriggerPorts } from './run/request/trigger-ports.ts';
import { removeSandboxes } from './sandbox/remove-sandboxes.ts';
import type { ClaimedRun } from './store/runs/claim-run.ts';
import { openRunJournal } from './store/runs/run-journal.ts';
import type { Store } from './store/store.ts';
import type { Telemetry } from './telemetry.ts';
import type { Redact } from './text/redact.ts';
import { openMirror } from './workspace/mirror.ts';

/** What the App is made of. */
export interface Parts {
  config: AppConfig;
  data: DataDirectory;
  github: GitHub;
  store: Store;
  /** Null where no runs are taken. */
  engine: Engine | null;
  telemetry: Telemetry;
  onError(error: unknown): void;
  log: Logger;
  redact: Redact;
}

export interface WorkerOptions {
  /** How long runs wait for what passes; only tests change it. */
  pauses?: Pauses;
  /** Hears of every event of every run, for a screen. */
  onEvent?(run: string, event: RunEvent): void;
  /** Hears of runs that have ended and were told. */
  onEnd?(run: string): void;
}

/** Supervisors give half a minute: what does not leave in this time is left where it is, without its sandboxes. */
const secondsToLeave = 15;
const removeWithinMs = 4000;

/**
 * Works on what the queue holds, and keeps house beside it. While `canRun` says no, runs are left to other workers.
 * Disposing of it leaves what is under way for others.
 */
export async function startWorker(
  parts: Parts,
  canRun: () => Promise<boolean>,
  options: WorkerOptions,
): Promise<AsyncDisposable> {
  const { config, data, store, engine, log, onError } = parts;
  const { pauses = defaultPauses } = options;
  await using opened = new AsyncDisposableStack();
  await removeMirrorLeftovers(data, new Date());
  const triggerPorts = triggerPortsOf(parts);
  const runPorts = engine === null ? null : runPortsOf(parts, engine, await gitNetwork(config), pauses);
  const live = createLiveRuns();
  const work = await store.work({
    maximumRuns: config.maximumRuns,
    canRun,
    async triggers({ guid, trigger }) {
      const verdict = await handleTrigger(guid, trigger, triggerPorts);
      log.info({ delivery: guid, trigger: trigger.kind, verdict }, 'trigger');
      await store.setVerdict(guid, verdict);
    },
    async runs(claimed, signal) {
      if (runPorts === null) throw new Error('a run was given to a process that takes none');
      using _live = live.enter(claimed.run.id, repositoryName(claimed.repository));
      await workOn(claimed, runPorts, parts, { ...options, signal });
    },
  });
  opened.defer(async () => {
    await work.stop(secondsToLeave);
    if (engine !== null)
      await within(removeWithinMs, removeSandboxes(engine.docker, live.runs()).catch(onError));
  });
  const { cache, retentionDays } = config;
  opened.use(startHousekeeping({ data, live, store, engine, cache, retentionDays, log, onError }));
  return opened.move();
}

/** One run, from its claim until it has ended or is left, told to whoever watches. */
async function workOn(
  claimed: ClaimedRun,
  runPorts: RunPorts,
  { store, telemetry, log }: Parts,
  { onEvent, onEnd, signal }: Pick<WorkerOptions, 'onEvent' | 'onEnd'> & { signal: AbortSignal },
): Promise<void> {
  const { run, attempt } = claimed;
  const { observer } = telemetry;
  const about = { run: run.id, ...telemetry.fieldsOf(run.id) };
  const hear = (id: string, event: RunEvent) => {
    observer.runEvent(id, event);
    onEvent?.(id, event);
  };
  observer.runTaken({ id: run.id, attempt, startedAt: run.startedAt });
  log.info({ ...about, attempt }, 'run begins');
  try {
    const end = await executeRun(run, runStoreOf(store, claimed, hear), runPorts, signal);
    if (end === null) return log.info(about, 'run parked');
    log.info({ ...about, outcome: end.outcome, why: end.why }, 'run ended');
  } finally {
    observer.runLeft(run.id);
  }
  onEnd?.(run.id);
}

function triggerPortsOf({ config, github, store, onError, redact }: Parts): TriggerPorts {
  const allowed = config.allowedRepositories;
  const policy: Policy = {
    paused: config.paused,
    allows: ({ owner, name }) =>
      allowed === null ||
      allowed.includes(owner.toLowerCase()) ||
      allowed.includes(`${owner}/${name}`.toLowerCase()),
    dailyUsd: config.dailyBudgetUsd,
    model: config.model.name,
  };
  return {
    github: createGitHubReader(github),
    writer: (repository) => createRepositoryWriter(github, repository, redact),
    store: { ...store, keepPosted: (id, facts) => store.setPosted(id, facts) },
    policy,
    onError,
    clock: () => Date.now(),
  };
}

function runPortsOf(
  { config, data, github, store, telemetry, onError, redact }: Parts,
  engine: Engine,
  network: Record<string, string>,
  pauses: Pauses,
): RunPorts {
  return {
    github: createGitHubReader(github),
    writer: (repository) => createRepositoryWriter(github, repository, redact),
    publisher: (repository) => openPublishPort(github, repository, redact),
    mirror: (repository, where, signal) =>
      openMirror(mirrorDirectory(data.path, repository), {
        ...where,
        url: `${config.github.serverUrl}/${repository.owner}/${repository.name}.git`,
        token: async () => (await github.cloneToken(repository)).token,
        network,
        signal,
      }),
    sandboxes(run, repository) {
      const household = { owner: data.owner, repository: repositoryName(repository) };
      const registriesOf = `${repository.owner}/${repository.name}`;
      const sandboxes = createSandboxes(engine, config, { run, keepAgent: false, household, registriesOf });
      return watchSandboxes(sandboxes, telemetry.observer.sandboxStarted);
    },
    baselines: (repository) => ({
      read: store.baselines.read,
      write: (key, run) => store.baselines.write(key, repositoryName(repository), run),
    }),
    model: (choice, emit) => createModels(config, emit)(choice),
    modelProfile: (name) => modelProfile(name, pricesFor(name, config.model.prices)),
    modelHealth: {
      failed: (run, { code, why }) =>
        store.tripBreaker(run, { code, why }, (trips) => pauses.model(code, trips)),
      answered: store.resetBreaker,
    },
    pauses,
    runLock: createSharedLock(),
    onError,
    clock: () => Date.now(),
  };
}

/** The journal, with whoever watches told of what was written. */
function runStoreOf(
  store: Store,
  claimed: ClaimedRun,
  hear: (run: string, event: RunEvent) => void,
): RunStore {
  const journal = openRunJournal(store, claimed);
  return {
    ...journal,
    async append(events) {
      const stored = await journal.append(events);
      for (const { event } of stored) hear(claimed.run.id, event);
      return stored;
    },
  };
}
