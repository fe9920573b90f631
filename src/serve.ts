import { join } from 'node:path';
import { openEngine } from './adapters.ts';
import { createApp, type Webhook } from './app.ts';
import { type AppConfig, secretsOf } from './app-config.ts';
import { within } from './core/within.ts';
import { type AppIdentity, createGitHub } from './github/connection/client.ts';
import type { Pace } from './github/connection/octokit.ts';
import { createSweepGitHub } from './github/sweep-github.ts';
import { createSlots } from './health/slots.ts';
import { openDataDirectory } from './housekeeping/data-directory.ts';
import type { Listening } from './listen.ts';
import { createLog } from './log.ts';
import { type Health, healthOf, serveMetrics } from './operators.ts';
import { everyMinute, type SweepSchedule, startSweeps } from './run/sweep/start-sweeps.ts';
import { type SweepPace, sweepPace } from './run/sweep/sweep-ports.ts';
import { startServer } from './server.ts';
import { openStore, type Store, type StorePlace } from './store/store.ts';
import { openTelemetry } from './telemetry.ts';
import { createRedactor } from './text/redact.ts';
import { parseTrigger } from './trigger/parse-trigger.ts';
import { type Parts, startWorker, type WorkerOptions } from './worker.ts';

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

export interface AppOptions extends WorkerOptions {
  /** How fast GitHub is written to; only tests change it. */
  pace?: Partial<Pace>;
  /** When to look for missed webhooks, and how soon again; only tests change it. */
  sweeps?: { schedule: SweepSchedule; pace: Partial<SweepPace> };
  /** Shows what is being set up. */
  say(line: string): void;
  /** Stands before the store, so that a test can break off at any write. */
  watchStore?(store: Store): Store;
}

const closeWithinMs = 4000;

/** The App as configured: the only place that joins GitHub, store, engine and model to the stages of a run. */
export async function startApp(config: AppConfig, roles: Roles, options: AppOptions): Promise<RunningApp> {
  const redact = createRedactor(secretsOf(config));
  const log = createLog(config.logLevel, redact);
  const onError = (error: unknown) => log.error({ err: error }, 'something went wrong');
  await using opened = new AsyncDisposableStack();
  const data = opened.use(await openDataDirectory(config.dataDirectory));
  const takesRuns = roles.work && config.maximumRuns > 0;
  const slots = createSlots(takesRuns ? config.maximumRuns : 0);
  const telemetry = opened.use(await openTelemetry(config, [slots], log));
  const { appId, privateKey, apiUrl } = config.github;
  const pace = options.pace === undefined ? {} : { pace: options.pace };
  const { watchStore = (watched) => watched } = options;
  const store = watchStore(await openStore(placeOf(config), { onError }));
  opened.defer(() => closeInTime(store));
  const { githubAnswered: onAnswer } = telemetry.observer;
  const github = createGitHub({ appId, privateKey, apiUrl, onAnswer, writes: store.writes, ...pace });
  const identity = await github.app();
  const engine = takesRuns ? await openEngine(config, options.say, data.scratch) : null;
  const parts: Parts = { config, data, github, store, engine, telemetry, onError, log, redact };

  const health = healthOf(config, { engine, store, slots });
  const { metrics } = telemetry;
  const operators = metrics && opened.use(await serveMetrics(config, { metrics, ...health }));
  if (roles.work) opened.use(await startWorker(parts, health.canRun, options));
  const web = roles.web ? opened.use(await serveWebhooks(parts, identity, health)) : null;
  if (roles.web) opened.use(openSweeps(parts, identity, options.sweeps));
  const held = opened.move();
  return {
    url: web?.url ?? null,
    metricsUrl: operators?.url ?? null,
    identity,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function placeOf({ databaseUrl, dataDirectory }: AppConfig): StorePlace {
  return databaseUrl === undefined ? { directory: join(dataDirectory, 'database') } : { databaseUrl };
}

/** A server that hangs would hold up the end, and has nothing to save. */
async function closeInTime(store: Store): Promise<void> {
  const closed = Promise.resolve(store[Symbol.asyncDispose]());
  if ((await within(closeWithinMs, closed)) === 'late') throw new Error('the database did not close in time');
}

function serveWebhooks(
  { config, store, telemetry, log, onError }: Parts,
  { appId, slug }: RunningApp['identity'],
  { health }: Health,
): Promise<Listening> {
  const { host, port, github } = config;
  const { deliveryAnswered } = telemetry.observer;
  const app = createApp({
    receive: receiver(store, { id: appId, slug, host: new URL(github.serverUrl).host }),
    log(line) {
      log.info(line, 'webhook');
      deliveryAnswered(line.verdict);
    },
    onError,
    now: () => performance.now(),
  });
  const onRefusal = () => deliveryAnswered('refused');
  return startServer(app, { host, port, ...github, log, health, onRefusal });
}

/** Keeps what a webhook asks for; says in a word what became of it. */
function receiver(store: Store, app: Parameters<typeof parseTrigger>[1]) {
  return async ({ guid, event, payload }: Webhook): Promise<string> => {
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
  { config, github, store, onError, log }: Parts,
  { appId }: RunningApp['identity'],
  { schedule, pace }: NonNullable<AppOptions['sweeps']> = { schedule: everyMinute, pace: {} },
): AsyncDisposable {
  return startSweeps({
    appId,
    github: createSweepGitHub(github, new URL(config.github.serverUrl).host),
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
