import { join } from 'node:path';
import { createApp, type Delivery } from './app.ts';
import { type AppConfig, secretsOf } from './config.ts';
import { messageOf } from './core/errors.ts';
import type { RunEvent } from './core/events.ts';
import type { Repository } from './core/trigger.ts';
import { type AppIdentity, createGitHub, type GitHub } from './github/client.ts';
import { createDesk, createHub, createPublisher } from './github/hub.ts';
import type { Pace } from './github/octokit.ts';
import { createLog } from './log.ts';
import { baselineDirectory, completeWith, createSandboxes, openEngine } from './main.ts';
import { gitNetwork } from './network.ts';
import { createBaselineStore } from './run/baseline-store.ts';
import { organisationConfig } from './run/begin-run.ts';
import { executeRun, type RunPorts, type RunStore } from './run/execute-run.ts';
import { handleTrigger } from './run/handle-trigger.ts';
import type { Policy, TriggerPorts } from './run/trigger-ports.ts';
import { type Server, startServer } from './server.ts';
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
  /** Stands before the store, so that a test can break off at any write. */
  watchStore?(store: Store): Store;
}

/** The App as configured: the only place that joins GitHub, store, engine and model to the stages of a run. */
export async function startApp(config: AppConfig, roles: Roles, options: AppOptions): Promise<RunningApp> {
  const redact = createRedactor(secretsOf(config));
  const log = createLog(config.logLevel, redact);
  const onError = (error: unknown) => log.error({ err: error }, 'something went wrong');
  await using opened = new AsyncDisposableStack();
  const { appId, privateKey, apiUrl } = config.github;
  const pace = options.pace === undefined ? {} : { pace: options.pace };
  const github = createGitHub({ appId, privateKey, apiUrl, ...pace });
  const identity = await github.app();
  const place =
    config.databaseUrl === undefined
      ? { directory: join(config.dataDirectory, 'database') }
      : { databaseUrl: config.databaseUrl };
  const kept = opened.use(await openStore(place, { onError }));
  const store = options.watchStore?.(kept) ?? kept;
  if (roles.work) await startWork(config, { github, store, onError, log, redact }, options, opened);
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
  const { store, log } = parts;
  const triggerPorts = triggerPortsOf(config, parts);
  const runPorts =
    config.maximumRuns === 0
      ? null
      : runPortsOf(config, parts, await openEngine(config, say), await gitNetwork(config));
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
      log.info({ run: run.id, attempt }, 'run begins');
      const { outcome, why } = await executeRun(run, runStoreOf(store, claimed, onEvent), runPorts, signal);
      log.info({ run: run.id, outcome, why }, 'run ended');
      onEnd?.(run.id);
    },
  });
  opened.defer(() => work.stop());
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
  { github, onError, redact }: Parts,
  engine: Awaited<ReturnType<typeof openEngine>>,
  network: Record<string, string>,
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
    sandboxes: (run) => createSandboxes(engine, config, run, false),
    baselines: createBaselineStore(baselineDirectory(config)),
    model: (name, emit) => completeWith({ ...config, model: { ...config.model, name } }, emit),
    onError,
    clock: () => Date.now(),
  };
}

/** Keyed by ids: names change hands. */
function mirrorDirectory({ dataDirectory }: AppConfig, { host, id }: Repository): string {
  return join(dataDirectory, 'mirrors', host.replaceAll(':', '_'), `${id}.git`);
}

function runStoreOf(
  store: Store,
  { run: { id }, token }: ClaimedRun,
  onEvent: AppOptions['onEvent'],
): RunStore {
  return {
    async append(event) {
      const stored = await store.appendEvent(id, token, event);
      onEvent?.(id, event);
      return stored;
    },
    read: () => store.readEvents(id),
    keep: (facts) => store.setFacts(id, facts),
    async end(end, usd) {
      await store.endRun(id, token, end, usd);
    },
    watchCancel: (onCancel) => store.watchCancel(id, onCancel),
  };
}
