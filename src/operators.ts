import type { Engine } from './adapters.ts';
import type { AppConfig } from './app-config.ts';
import { within } from './core/within.ts';
import { checkDatabase, type Waiting } from './health/check-database.ts';
import { checkDisk } from './health/check-disk.ts';
import { checkEngine } from './health/check-engine.ts';
import { checkRegistries } from './health/check-registries.ts';
import { createHealth } from './health/health.ts';
import { checkModel, type Trouble } from './health/model-trouble.ts';
import type { Listening } from './listen.ts';
import { startMetricsServer } from './metrics-server.ts';
import { hasImage } from './sandbox/has-image.ts';
import { defaultLimits } from './sandbox/limits.ts';
import type { Metrics } from './telemetry/metrics.ts';

export interface Operated {
  /** Null where no runs are taken: then nothing here needs Docker. */
  engine: Engine | null;
  store: { waiting(): Promise<Waiting>; trouble(): Promise<Trouble | null> };
  slots: { freeSince(): number | null };
}

export interface Health {
  /** Whether this process has all that a run needs of it. */
  canRun(): Promise<boolean>;
  /** What is wrong, one line for each thing. */
  health(): Promise<string[]>;
  /** Runs that wait for a worker, as last seen; null when the database did not say. */
  waiting(): number | null;
}

const engineGivenUpMs = 10_000;

/** What the App needs, looked at as seldom as it may be asked. */
export function healthOf(
  { dataDirectory, registries }: AppConfig,
  { engine, store, slots }: Operated,
): Health {
  const { limits } = engine ?? { limits: defaultLimits };
  const database = checkDatabase({
    waiting: store.waiting,
    freeSince: slots.freeSince,
    now: Date.now,
  });
  const own = [checkDisk(dataDirectory, limits)];
  if (engine !== null) own.push(checkEngine(answeringEngine(engine)));
  if (engine !== null && registries !== undefined) own.push(checkRegistries(registries));
  const lacks = createHealth(own);
  return {
    canRun: async () => (await lacks()).length === 0,
    health: createHealth([database, ...own, checkModel(store.trouble)]),
    waiting: database.waiting,
  };
}

/** An Engine that hangs is given up after a while, or nobody would see that it came back. */
function answeringEngine({ docker, image }: Engine) {
  const inTime = async <T>(asking: Promise<T>): Promise<T> => {
    const answer = await within(engineGivenUpMs, asking);
    if (answer !== 'late') return answer as T;
    throw new Error(`no answer within ${engineGivenUpMs / 1000} s`);
  };
  return {
    image,
    ping: () => inTime(docker.ping()),
    hasImage: () => inTime(hasImage(docker, image)),
  };
}

/** The operators' server, on its own port. */
export function serveMetrics(
  { host, metricsPort: port = 0 }: AppConfig,
  { metrics, health, waiting }: Health & { metrics: Metrics },
): Promise<Listening> {
  return startMetricsServer({
    host,
    port,
    health,
    async metrics() {
      const problems = (await health()).length;
      return {
        text: await metrics.text({ problems, waiting: waiting() }),
        contentType: metrics.contentType,
      };
    },
  });
}
