import { join } from 'node:path';
import { createApp, type Delivery } from './app.ts';
import { type AppConfig, secretsOf } from './config.ts';
import type { RunEvent } from './core/events.ts';
import type { Repository } from './core/trigger.ts';
import { within } from './core/within.ts';
import { type AppIdentity, createGitHub, type GitHub } from './github/client.ts';
import { createDesk, createHub, createPublisher, createSweepHub } from './github/hub.ts';
import type { Pace } from './github/octokit.ts';
import { createSlots } from './health/slots.ts';
import type { Listening } from './listen.ts';
import { createLog } from './log.ts';
import { completeWith, createSandboxes, type Engine, openEngine } from './main.ts';
import { gitNetwork } from './network.ts';
import { healthOf, serveMetrics } from './operators.ts';
import { organisationConfig } from './run/begin-run.ts';
import { executeRun, type RunPorts, type RunStore } from './run/execute-run.ts';
import { handleTrigger } from './run/handle-trigger.ts';
import { defaultPauses, type Pauses } from './run/parking.ts';
import { everyMinute, type SweepSchedule, startSweeps } from './run/start-sweeps.ts';
import { type SweepPace, sweepPace } from './run/sweep-ports.ts';
import type { Policy, TriggerPorts } from './run/trigger-ports.ts';
import { watchSandboxes } from './run/watch-sandboxes.ts';
import { removeSandboxes } from './sandbox/remove-sandboxes.ts';
import { startServer } from './server.ts';
import { openRunJournal } from './store/run-journal.ts';
import type { ClaimedRun } from './store/runs.ts';
import { openStore, type Store } from './store/store.ts';
import { openTelemetry, type Telemetry } from './telemetry.ts';
import { createRedactor, type Redact } from './text/redact.ts';
import { parseTrigger } from './trigger/parse-trigger.ts';
import { openMirror } from './workspace/mirror.ts';

export interface Roles {
  /** Takes webhooks. */
  web: boolean;
  /** Works on what the queue holds; with a `maximumRuns` of 0 on triggers alone, and runs wait for another process. */
  work: boolean;
}

export interface RunningApp extends AsyncDisposable {
  /** Address of the HTTP server; null for a worker only. */
  url: string | null;
  /** Address of the operators' server; null when there is none. */
  metricsUrl: string | null;
  identity: Pick<AppIdentity, 'appId' | 'slug'>;
}

export interface AppOptions {
  /** How fast GitHub is written to; only tests change it. */
  pace?: Partial<Pace>;
  /** How long runs wait for what passes; only tests change it. */
  pauses?: Pauses;
  /** When to look for missed webhooks, and how soon again; only tests change it. */
  sweeps?: { schedule: SweepSchedule; pace: Partial<SweepPace> };
  /** Shows what is being set up. */
  say(line: string): void;
  /** Hears of every event of every run, for a screen. */
  onEvent?(run: string, event: RunEvent): void;
  /** Hears of runs that have ended and were told. */
  onEnd?(run: string): void;
}

/** The App as configured: the only place that joins GitHub, store, engine and model to the stages of a run. */
export async function startApp(config: AppConfig, roles: Roles, options: AppOptions): Promise<RunningApp> {
  const redact = createRedactor(secretsOf(config));
  const log = createLog(config.logLevel, redact);
  const onError = (error: unknown) => log.error({ err: error }, 'something went wrong');
  await using opened = new AsyncDisposableStack();
  const slots = createSlots(roles.work ? config.maximumRuns : 0);
  const telemetry = opened.use(await openTelemetry(config, [slots], log));
  const { observer } = telemetry;
  const { appId, privateKey, apiUrl } = config.github;
  const pace = options.pace === undefined ? {} : { pace: options.pace };
  const github = createGitHub({ appId, privateKey, apiUrl, onAnswer: observer.githubAnswered, ...pace });
  const identity = await github.app();
  const place =
    config.databaseUrl === undefined
      ? { directory: join(config.dataDirectory, 'database') }
      : { databaseUrl: config.databaseUrl };
  const store = await openStore(place, { onError });
  opened.defer(() => closeInTime(store));
  const takesRuns = roles.work && config.maximumRuns > 0;
  const engine = takesRuns ? await openEngine(config, options.say) : null;
  const { health, waiting } = healthOf(config, { engine, store, slots });
  const { metrics } = telemetry;
  const metricsServer =
    metrics === null ? null : opened.use(await serveMetrics(config, { metrics, health, waiting }));
  if (roles.work)
    await startWork(config, { github, store, engine, telemetry, onError, log, redact }, options, opened);
  const host = new URL(config.github.serverUrl).host;
  const receive = receiver(store, {
    id: identity.appId,
    slug: identity.slug,
    host,
  });
  const app = createApp({
    receive,
    log(line) {
      log.info(line, 'webhook');
      observer.deliveryAnswered(line.verdict);
    },
    onError,
    now: () => performance.now(),
  });
  const { webhookSecret } = config.github;
  const { host: address, port } = config;
  const server: Listening | null = roles.web
    ? opened.use(
        await startServer(app, {
          host: address,
          port,
          appId,
          privateKey,
          webhookSecret,
          apiUrl,
          log,
          health,
          onRefusal: () => observer.deliveryAnswered('refused'),
        }),
      )
    : null;
  if (roles.web)
    opened.use(openSweeps(config, { github, store, onError, log, redact }, identity.appId, options.sweeps));
  const held = opened.move();
  return {
    url: server?.url ?? null,
    metricsUrl: metricsServer?.url ?? null,
    identity,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** A server that hangs would hold up the end, and has nothing to save. */
async function closeInTime(store: Store): Promise<void> {
  const closed = Promise.resolve(store[Symbol.asyncDispose]());
  if ((await within(closeWithinMs, closed)) === 'late') throw new Error('the database did not close in time');
}

/** Keeps what a webhook asks for; says in a word what became of it. */
function receiver(store: Store, app: Parameters<typeof parseTrigger>[1]) {
  return async ({ guid, event, payload }: Delivery): Promise<string> => {
    const trigger = parseTrigger({ name: event, payload }, app);
    const { action, installation, repository } = payload as Partial<Record<string, { id?: number } & string>>;
    const isNew = await store.acceptDelivery(
      {
        guid,
        event,
        action: action ?? null,
        installation: installation?.id ?? null,
        repository: repository?.id ?? null,
      },
      trigger,
    );
    if (!isNew) return 'duplicate';
    return trigger === null ? 'nothing to do' : 'queued';
  };
}

function openSweeps(
  config: AppConfig,
  { github, store, onError, log }: Omit<Parts, 'engine' | 'telemetry'>,
  appId: number,
  { schedule, pace }: NonNullable<AppOptions['sweeps']> = { schedule: everyMinute, pace: {} },
): AsyncDisposable {
  return startSweeps({
    appId,
    hub: createSweepHub(github, new URL(config.github.serverUrl).host),
    sweeps: store.sweeps,
    isServed: store.isServed,
    accept: store.acceptDelivery,
    onError,
    log: (facts, message) => log.info(facts, message),
    pace: { ...sweepPace, ...pace },
    schedule,
    now: () => new Date(),
  });
}

interface Parts {
  github: GitHub;
  store: Store;
  /** Null where no runs are taken. */
  engine: Engine | null;
  telemetry: Telemetry;
  onError(error: unknown): void;
  log: ReturnType<typeof createLog>;
  redact: Redact;
}

/** Supervisors give half a minute: what does not leave in this time is left where it is, without its sandboxes. */
const secondsToLeave = 15;
const removeWithinMs = 4000;
const closeWithinMs = 4000;

async function startWork(
  config: AppConfig,
  parts: Parts,
  { onEvent, onEnd, pauses = defaultPauses }: AppOptions,
  opened: AsyncDisposableStack,
): Promise<void> {
  const { store, log, engine, telemetry } = parts;
  const { observer } = telemetry;
  const triggerPorts = triggerPortsOf(config, parts);
  const runPorts =
    engine === null ? null : runPortsOf(config, parts, engine, await gitNetwork(config), pauses);
  const atWork = new Set<string>();
  const hear = (run: string, event: RunEvent) => {
    observer.runEvent(run, event);
    onEvent?.(run, event);
  };
  const work = await store.work({
    maximumRuns: config.maximumRuns,
    async triggers({ guid, trigger }) {
      const verdict = await handleTrigger(guid, trigger, triggerPorts);
      log.info({ delivery: guid, trigger: trigger.kind, verdict }, 'trigger');
      await store.setVerdict(guid, verdict);
    },
    async runs(claimed, signal) {
      if (runPorts === null) throw new Error('a run was given to a process that takes none');
      const { run, attempt } = claimed;
      const about = { run: run.id, ...telemetry.fieldsOf(run.id) };
      log.info({ ...about, attempt }, 'run begins');
      atWork.add(run.id);
      observer.runTaken({ id: run.id, attempt, startedAt: run.startedAt });
      try {
        const end = await executeRun(run, runStoreOf(store, claimed, hear), runPorts, signal);
        if (end === null) return log.info(about, 'run parked');
        log.info({ ...about, outcome: end.outcome, why: end.why }, 'run ended');
      } finally {
        observer.runLeft(run.id);
        atWork.delete(run.id);
      }
      onEnd?.(run.id);
    },
  });
  opened.defer(async () => {
    await work.stop(secondsToLeave);
    if (engine === null) return;
    await within(removeWithinMs, removeSandboxes(engine.docker, atWork).catch(parts.onError));
  });
}

function triggerPortsOf(config: AppConfig, { github, store, onError, redact }: Parts): TriggerPorts {
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
    hub: createHub(github),
    desk: (repository) => createDesk(github, repository, redact),
    store: { ...store, keepFacts: store.setFacts },
    policy,
    onError,
    clock: () => Date.now(),
  };
}

function runPortsOf(
  config: AppConfig,
  { github, store, telemetry, onError, redact }: Parts,
  engine: Engine,
  network: Record<string, string>,
  pauses: Pauses,
): RunPorts {
  const hub = createHub(github);
  return {
    hub,
    desk: (repository) => createDesk(github, repository, redact),
    publisher: (repository) => createPublisher(github, repository, redact),
    mirror: (repository, where, signal) =>
      openMirror(mirrorDirectory(config, repository), {
        ...where,
        url: `${config.github.serverUrl}/${repository.owner}/${repository.name}.git`,
        token: async () => (await github.cloneToken(repository)).token,
        network,
        signal,
      }),
    organisation: (repository) => organisationConfig(hub.on(repository)),
    sandboxes: (run) =>
      watchSandboxes(createSandboxes(engine, config, run, false), telemetry.observer.sandboxStarted),
    baselines: (repository) => ({
      read: store.baselines.read,
      write: (key, run) => store.baselines.write(key, `${repository.host}/${repository.id}`, run),
    }),
    model: (name, emit) => completeWith({ ...config, model: { ...config.model, name } }, emit),
    modelHealth: {
      fails: (run, { code, why }) =>
        store.closeGate(run, { code, why }, (closings) => pauses.model(code, closings)),
      answers: store.openGate,
    },
    pauses,
    onError,
    clock: () => Date.now(),
  };
}

/** Keyed by ids: names change hands. */
function mirrorDirectory({ dataDirectory }: AppConfig, { host, id }: Repository): string {
  return join(dataDirectory, 'mirrors', host.replaceAll(':', '_'), `${id}.git`);
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
