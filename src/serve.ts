import { join } from 'node:path';
import { createApp, type Delivery } from './app.ts';
import { type AppConfig, secretsOf } from './config.ts';
import { messageOf } from './core/errors.ts';
import type { RunEvent } from './core/events.ts';
import type { RunRecord } from './core/run-record.ts';
import { type AppIdentity, createGitHub, type GitHub } from './github/client.ts';
import { createDesk, createHub, createPublisher } from './github/hub.ts';
import type { Pace } from './github/octokit.ts';
import { type DataDirectory, openDataDirectory } from './housekeeping/data-directory.ts';
import { removeMirrorLeftovers, startHousekeeping } from './housekeeping/housekeeping.ts';
import { baselineDirectory, mirrorDirectory, nameOf } from './housekeeping/kept-files.ts';
import { createLiveRuns } from './housekeeping/live-runs.ts';
import { createLog } from './log.ts';
import { completeWith, createSandboxes, type Engine, openEngine } from './main.ts';
import { gitNetwork } from './network.ts';
import { createBaselineStore } from './run/baseline-store.ts';
import { organisationConfig } from './run/begin-run.ts';
import { executeRun, type RunPorts, type RunStore } from './run/execute-run.ts';
import { handleTrigger } from './run/handle-trigger.ts';
import type { Policy, TriggerPorts } from './run/trigger-ports.ts';
import { type Server, startServer } from './server.ts';
import { checkRequest } from './store/check-stored.ts';
import type { ClaimedRun } from './store/runs.ts';
import { openStore, type Store } from './store/store.ts';
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
  identity: Pick<AppIdentity, 'appId' | 'slug'>;
}

export interface AppOptions {
  /** How fast GitHub is written to; only tests change it. */
  pace?: Partial<Pace>;
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
  const data = opened.use(await openDataDirectory(config.dataDirectory));
  const { appId, privateKey, apiUrl } = config.github;
  const pace = options.pace === undefined ? {} : { pace: options.pace };
  const github = createGitHub({ appId, privateKey, apiUrl, ...pace });
  const identity = await github.app();
  const place =
    config.databaseUrl === undefined
      ? { directory: join(config.dataDirectory, 'database') }
      : { databaseUrl: config.databaseUrl };
  const store = opened.use(await openStore(place, { onError }));
  if (roles.work) await startWork(config, { data, github, store, onError, log, redact }, options, opened);
  const host = new URL(config.github.serverUrl).host;
  const receive = receiver(store, {
    id: identity.appId,
    slug: identity.slug,
    host,
  });
  const app = createApp({
    receive,
    log: (line) => log.info(line, 'webhook'),
    onError,
    now: () => performance.now(),
  });
  const { webhookSecret } = config.github;
  const { host: address, port } = config;
  const server: Server | null = roles.web
    ? opened.use(
        await startServer(app, {
          host: address,
          port,
          appId,
          privateKey,
          webhookSecret,
          apiUrl,
          log,
          health: () => healthOf(store),
        }),
      )
    : null;
  const held = opened.move();
  return { url: server?.url ?? null, identity, [Symbol.asyncDispose]: () => held.disposeAsync() };
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

async function healthOf(store: Store): Promise<string[]> {
  try {
    await store.spending();
    return [];
  } catch (error) {
    return [`the database does not answer: ${messageOf(error)}`];
  }
}

interface Parts {
  data: DataDirectory;
  github: GitHub;
  store: Store;
  onError(error: unknown): void;
  log: ReturnType<typeof createLog>;
  redact: Redact;
}

async function startWork(
  config: AppConfig,
  parts: Parts,
  { say, onEvent, onEnd }: AppOptions,
  opened: AsyncDisposableStack,
): Promise<void> {
  const { data, store, log, onError } = parts;
  const triggerPorts = triggerPortsOf(config, parts);
  await removeMirrorLeftovers(data, new Date());
  const engine = config.maximumRuns === 0 ? null : await openEngine(config, say, data.scratch);
  const portsOf = engine === null ? null : runPortsOf(config, parts, engine, await gitNetwork(config));
  const live = createLiveRuns();
  const work = await store.work({
    maximumRuns: config.maximumRuns,
    async triggers({ guid, trigger }) {
      const verdict = await handleTrigger(guid, trigger, triggerPorts);
      log.info({ delivery: guid, trigger: trigger.kind, verdict }, 'trigger');
      await store.setVerdict(guid, verdict);
    },
    async runs(claimed, signal) {
      if (portsOf === null) throw new Error('a run was given to a process that takes none');
      const { run, attempt } = claimed;
      using _live = live.enter(run.id, nameOf(run.request.repository));
      log.info({ run: run.id, attempt }, 'run begins');
      const { outcome, why } = await executeRun(
        run,
        runStoreOf(store, claimed, onEvent),
        portsOf(run),
        signal,
      );
      log.info({ run: run.id, outcome, why }, 'run ended');
      onEnd?.(run.id);
    },
  });
  opened.defer(() => work.stop());
  const { cache, retentionDays } = config;
  opened.use(startHousekeeping({ data, live, store, engine, cache, retentionDays, log, onError }));
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

/** What a run needs, for each run: what is kept for its repository goes when the repository does. */
function runPortsOf(
  config: AppConfig,
  { data, github, onError, redact }: Parts,
  engine: Engine,
  network: Record<string, string>,
): (run: RunRecord) => RunPorts {
  const hub = createHub(github);
  return ({ request: { repository: own } }) => ({
    hub,
    desk: (repository) => createDesk(github, repository, redact),
    publisher: (repository) => createPublisher(github, repository, redact),
    mirror: (repository, where, signal) =>
      openMirror(mirrorDirectory(data.path, repository), {
        ...where,
        url: `${config.github.serverUrl}/${repository.owner}/${repository.name}.git`,
        token: async () => (await github.cloneToken(repository)).token,
        network,
        signal,
      }),
    organisation: (repository) => organisationConfig(hub.on(repository)),
    sandboxes: (run) =>
      createSandboxes(engine, config, {
        run,
        keepAgent: false,
        household: { owner: data.owner, repository: nameOf(own) },
      }),
    baselines: createBaselineStore(baselineDirectory(data.path, own), data.scratch),
    model: (name, emit) => completeWith({ ...config, model: { ...config.model, name } }, emit),
    onError,
    clock: () => Date.now(),
  });
}

function runStoreOf(store: Store, { run, token }: ClaimedRun, onEvent: AppOptions['onEvent']): RunStore {
  const { id } = run;
  return {
    async append(event) {
      const stored = await store.appendEvent(id, token, event);
      onEvent?.(id, event);
      return stored;
    },
    async read() {
      checkRequest(id, run.request);
      return store.readEvents(id);
    },
    keep: (facts) => store.setFacts(id, facts),
    async end(end, usd) {
      await store.endRun(id, token, end, usd);
    },
    watchCancel: (onCancel) => store.watchCancel(id, onCancel),
  };
}
