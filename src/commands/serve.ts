import { once } from 'node:events';
import { type AppConfig, secretsOf } from '../config.ts';
import { OperationalError } from '../core/errors.ts';
import { createLog } from '../log.ts';
import { type Roles, startApp } from '../serve.ts';
import { createRedactor } from '../text/redact.ts';

/** Supervisors kill what takes longer than half a minute to end; what is left open then is taken up at the next start. */
const endWithinMs = 29_000;

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
  await using app = await startApp(config, roles, { say: (line) => log.info(line) });
  log.info({ url: app.url, app: app.identity.slug }, app.url === null ? 'working' : 'listening');
  if (!signal.aborted) await once(signal, 'abort');
  log.info('stopping');
  setTimeout(() => process.exit(1), endWithinMs).unref();
  return 0;
}
