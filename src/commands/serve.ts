import { once } from 'node:events';
import type { Logger } from 'pino';
import { type AppConfig, secretsOf } from '../app-config.ts';
import { watchClock } from '../clock.ts';
import { OperationalError } from '../core/errors.ts';
import { exitCodes } from '../core/outcome.ts';
import { within } from '../core/within.ts';
import { createLog } from '../log.ts';
import { type Roles, type RunningApp, startApp } from '../serve.ts';
import { createRedactor } from '../text/redact.ts';

/** Supervisors kill what takes longer than half a minute to end. */
const leaveWithinMs = 28_000;
/** What was still starting up when it was told to stop has nothing to save. */
const startEndsWithinMs = 5000;
/** After an end in order: for connections that hang, and would keep the process alive. */
const lastMomentMs = 1000;

/** `ai-fix serve`: webhooks and worker in one process, until it is told to stop. Returns the exit code. */
export function serve(config: AppConfig, signal: AbortSignal): Promise<number> {
  return run(config, { web: true, work: true }, signal);
}

/** `ai-fix work`: a worker beside a `serve` elsewhere, on the same database. Returns the exit code. */
export async function work(config: AppConfig, signal: AbortSignal): Promise<number> {
  if (config.databaseUrl !== undefined) return run(config, { web: false, work: true }, signal);
  throw new OperationalError(
    'bad_config',
    '`ai-fix work` needs DATABASE_URL: the embedded database belongs to one process, so workers of their own need a PostgreSQL server that they share with `ai-fix serve`.',
  );
}

async function run(config: AppConfig, roles: Roles, signal: AbortSignal): Promise<number> {
  const log = createLog(config.logLevel, createRedactor(secretsOf(config)));
  const clock = new AbortController();
  using _watch = watchClock((seconds) => {
    log.error({ seconds }, 'the clock was put back: ending, to be started again with the new time');
    clock.abort();
  });
  const exitCode = () => (clock.signal.aborted ? exitCodes.failed : 0);
  const stopped = told(AbortSignal.any([signal, clock.signal]), log, exitCode);
  const starting = startApp(config, roles, { say: (line) => log.info(line) });
  const app = await Promise.race([starting, stopped]);
  if (app !== undefined) {
    const { url, metricsUrl, identity } = app;
    const metrics = metricsUrl === null ? {} : { metrics: metricsUrl };
    log.info({ url, ...metrics, app: identity.slug }, url === null ? 'working' : 'listening');
    await stopped;
  }
  await end(app === undefined ? within(startEndsWithinMs, starting.then(close)) : close(app), log);
  return exitCode();
}

/** Resolves when the process is told to stop; from then on the time runs that it has to leave. */
async function told(signal: AbortSignal, log: Logger, exitCode: () => number): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort');
  log.info('stopping');
  setTimeout(() => {
    log.warn('not everything ended in time; what is left open is taken up again');
    process.exit(exitCode());
  }, leaveWithinMs).unref();
}

async function close(app: RunningApp): Promise<void> {
  await app[Symbol.asyncDispose]();
}

/** Whatever goes wrong at the end, the runs can be gone on with: it is told, and no failure. */
async function end(ending: Promise<unknown>, log: Logger): Promise<void> {
  await ending.catch((error: unknown) => log.error({ err: error }, 'not everything ended in order'));
  setTimeout(() => process.exit(), lastMomentMs).unref();
}
