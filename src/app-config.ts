import { z } from 'zod';
import { readPrivateKey, secretWeakness } from './app-credentials.ts';
import { type Config, configOf, configSchema, hostVariables } from './config.ts';
import {
  address,
  badVariables,
  number,
  parseVariables,
  port,
  text,
  type Variables,
  wholeNumber,
} from './variables.ts';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** GitHub delivers again what is up to three days old; what was done for it must be known that long. */
const shortestRetention = 7;
const retentionTooShort = `must be at least ${shortestRetention}: GitHub can deliver again what is some days old`;

const appSchema = configSchema.extend({
  APP_ID: wholeNumber.optional(),
  PRIVATE_KEY: z.string().optional(),
  PRIVATE_KEY_PATH: text.optional(),
  WEBHOOK_SECRET: z.string().optional(),
  GITHUB_API_URL: address.default('https://api.github.com'),
  GITHUB_SERVER_URL: address.default('https://github.com'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be an address such as postgres://user@host/database' })
    .optional(),
  AI_FIX_MAX_RUNS: wholeNumber.default(2),
  AI_FIX_DAILY_BUDGET_USD: number.default(20),
  AI_FIX_REPOS: text.optional(),
  AI_FIX_RETENTION_DAYS: wholeNumber.min(shortestRetention, retentionTooShort).default(30),
  AI_FIX_PAUSED: z.enum(['0', '1'], { error: 'must be 0 or 1' }).default('0'),
  HOST: text.default('127.0.0.1'),
  PORT: port.default(3000),
  AI_FIX_METRICS_PORT: port.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: text.optional(),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
});

/** What the App needs beside what every command needs. */
export interface AppConfig extends Config {
  github: {
    appId: number;
    /** PEM. */
    privateKey: string;
    webhookSecret: string;
    apiUrl: string;
    serverUrl: string;
  };
  /** Undefined: embedded, under the data directory. */
  databaseUrl: string | undefined;
  /** 0: none here; they wait for another process. */
  maximumRuns: number;
  dailyBudgetUsd: number;
  /** Repositories (`owner/name`) or whole owners (`owner`) that may be worked on, in lower case; null: all. */
  allowedRepositories: readonly string[] | null;
  paused: boolean;
  /** For how long the events of runs that ended, and deliveries, are kept. */
  retentionDays: number;
  host: string;
  port: number;
  /** Of a server of its own for metrics and health; undefined: there is none. */
  metricsPort: number | undefined;
  /** The collector that traces are sent to; undefined: none are made. */
  traces: { endpoint: string; headers: string } | undefined;
  logLevel: (typeof logLevels)[number];
}

/** Reads what `serve` and `work` need. Throws with every problem at once. */
export function readAppConfig(environment: Variables = hostVariables): AppConfig {
  const { data, problems } = parseVariables(appSchema, environment);
  const given = (name: string) => environment[name]?.trim() || undefined;
  const key = readPrivateKey(given('PRIVATE_KEY'), given('PRIVATE_KEY_PATH'));
  if ('why' in key) problems.push(`  ${key.variable}: ${key.why}`);
  const webhookSecret = given('WEBHOOK_SECRET') ?? '';
  const weakness = secretWeakness(webhookSecret);
  if (weakness !== null) problems.push(`  WEBHOOK_SECRET: ${weakness}`);
  if (given('APP_ID') === undefined)
    problems.push('  APP_ID: is missing: it is on the page of the App in the settings of GitHub');
  if (given('DEEPSEEK_API_KEY') === undefined && given('DEEPSEEK_BASE_URL') === undefined)
    problems.push('  DEEPSEEK_API_KEY: is missing: set it, or DEEPSEEK_BASE_URL to a server that needs none');
  if (data?.APP_ID === undefined || 'why' in key || problems.length > 0) throw badVariables(problems);
  const repositories = data.AI_FIX_REPOS?.toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== '');
  return {
    ...configOf(data),
    github: {
      appId: data.APP_ID,
      privateKey: key.pem,
      webhookSecret,
      apiUrl: data.GITHUB_API_URL.replace(/\/+$/, ''),
      serverUrl: data.GITHUB_SERVER_URL.replace(/\/+$/, ''),
    },
    databaseUrl: data.DATABASE_URL,
    maximumRuns: data.AI_FIX_MAX_RUNS,
    dailyBudgetUsd: data.AI_FIX_DAILY_BUDGET_USD,
    allowedRepositories: repositories ?? null,
    paused: data.AI_FIX_PAUSED === '1',
    retentionDays: data.AI_FIX_RETENTION_DAYS,
    host: data.HOST,
    port: data.PORT,
    metricsPort: data.AI_FIX_METRICS_PORT,
    traces: tracesOf(data),
    logLevel: data.LOG_LEVEL,
  };
}

function tracesOf(found: z.output<typeof appSchema>): AppConfig['traces'] {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: headers = '' } = found;
  return endpoint === undefined ? undefined : { endpoint: endpoint.replace(/\/+$/, ''), headers };
}

/** What must appear in no log. */
export function secretsOf({ github, model, databaseUrl, traces }: AppConfig): string[] {
  const { webhookSecret, privateKey } = github;
  const headers = (traces?.headers ?? '').split(',').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
  return [webhookSecret, privateKey, model.apiKey ?? '', databaseUrl ?? '', ...headers];
}
