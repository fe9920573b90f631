import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readPrivateKey, secretWeakness } from './app-credentials.ts';
import { OperationalError } from './core/errors.ts';
import { type PriceList, parsePrices } from './model/parse-prices.ts';

const text = z.string().trim().min(1);
const wholeNumber = z.coerce.number({ error: 'must be a whole number' }).int().positive();
const number = z.coerce.number({ error: 'must be a number' }).positive();
const port = z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535);
const address = z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

function readPrices(given: string, context: z.RefinementCtx) {
  const prices = parsePrices(given);
  if (prices !== null) return prices;
  context.addIssue(
    'must be three numbers, such as 0.02,0.6,2: USD per million tokens of cached input, other input and output; ' +
      'for single models NAME=0.02,0.6,2, with semicolons between',
  );
  return z.NEVER;
}

const schema = z.object({
  DEEPSEEK_API_KEY: text.optional(),
  DEEPSEEK_BASE_URL: address.optional(),
  AI_FIX_MODEL: text.default('deepseek-v4-pro'),
  AI_FIX_MODEL_SERVER: z
    .enum(['deepseek', 'vllm', 'sglang'], { error: 'must be deepseek, vllm or sglang' })
    .default('deepseek'),
  AI_FIX_MODEL_PRICES: z.string().transform(readPrices).default({}),
  AI_FIX_DATA_DIR: text.optional(),
  XDG_DATA_HOME: text.optional(),
  DOCKER_HOST: text.optional(),
  AI_FIX_SANDBOX_IMAGE: text.optional(),
  AI_FIX_REGISTRIES: text.optional(),
  AI_FIX_SETUP: z.enum(['0', '1']).optional(),
  HTTPS_PROXY: text.optional(),
  HTTP_PROXY: text.optional(),
  NO_PROXY: text.optional(),
  NODE_EXTRA_CA_CERTS: text.optional(),
  NO_COLOR: z.string().optional(),
  AI_FIX_CACHE_DAYS: wholeNumber.default(14),
  AI_FIX_CACHE_GB: number.default(20),
});

export interface Config {
  model: {
    apiKey: string | undefined;
    baseUrl: string;
    name: string;
    /** Who serves it: what switches thinking differs. */
    server: 'deepseek' | 'vllm' | 'sglang';
    /** For models that are not in it, the table of models holds. */
    prices: PriceList;
  };
  /** Where ai-fix keeps what it needs again. */
  dataDirectory: string;
  dockerHost: string | undefined;
  sandboxImage: string | undefined;
  /** A directory of files that give package managers access to private registries, see `readRegistryFiles`. */
  registries: string | undefined;
  /** '0' forbids to install or start anything on this host. */
  setup: string | undefined;
  /** Proxy variables by their usual names, for containers that need the network. */
  proxy: Record<string, string>;
  /** A file of certificate authorities that programs on this host trust beside the usual ones. */
  extraCertificates: string | undefined;
  /** What is kept to be used again, and for how long. */
  cache: { days: number; gigabytes: number };
  colour: boolean;
}

const officialEndpoint = 'https://api.deepseek.com';

/** Reads the environment: the only place that does. Rejects with every problem at once. */
export function readConfig(environment: Environment = process.env): Config {
  const { data, problems } = parse(schema, environment);
  if (data === null) throw badVariables(problems);
  return configOf(data);
}

function configOf(found: z.output<typeof schema>): Config {
  const proxies = Object.entries({
    HTTPS_PROXY: found.HTTPS_PROXY,
    HTTP_PROXY: found.HTTP_PROXY,
    NO_PROXY: found.NO_PROXY,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    model: {
      apiKey: found.DEEPSEEK_API_KEY,
      baseUrl: found.DEEPSEEK_BASE_URL ?? officialEndpoint,
      name: found.AI_FIX_MODEL,
      server: found.AI_FIX_MODEL_SERVER,
      prices: found.AI_FIX_MODEL_PRICES,
    },
    dataDirectory:
      found.AI_FIX_DATA_DIR ?? join(found.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'ai-fix'),
    dockerHost: found.DOCKER_HOST,
    sandboxImage: found.AI_FIX_SANDBOX_IMAGE,
    registries: found.AI_FIX_REGISTRIES,
    setup: found.AI_FIX_SETUP,
    proxy: Object.fromEntries(
      proxies.flatMap(([name, value]) => [
        [name, value],
        [name.toLowerCase(), value],
      ]),
    ),
    extraCertificates: found.NODE_EXTRA_CA_CERTS,
    cache: { days: found.AI_FIX_CACHE_DAYS, gigabytes: found.AI_FIX_CACHE_GB },
    colour: found.NO_COLOR === undefined,
  };
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** GitHub delivers again what is up to three days old; what was done for it must be known that long. */
const shortestRetention = 7;
const retentionTooShort = `must be at least ${shortestRetention}: GitHub can deliver again what is some days old`;

const appSchema = schema.extend({
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

/** Reads what `serve` and `work` need. Rejects with every problem at once. */
export function readAppConfig(environment: Environment = process.env): AppConfig {
  const { data, problems } = parse(appSchema, environment);
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

type Environment = Record<string, string | undefined>;

function parse<Schema extends z.ZodType>(
  variables: Schema,
  environment: Environment,
): { data: z.output<Schema> | null; problems: string[] } {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(given);
  if (parsed.success) return { data: parsed.data, problems: [] };
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  return { data: null, problems };
}

function badVariables(problems: readonly string[]): OperationalError {
  return new OperationalError(
    'bad_config',
    `These environment variables cannot be used:\n${problems.join('\n')}`,
  );
}

/** The key to ask the model with. A server of one's own may need none; the maker's does. */
export function requireApiKey(config: Config): string {
  if (config.model.apiKey !== undefined) return config.model.apiKey;
  if (new URL(config.model.baseUrl).host !== new URL(officialEndpoint).host) return 'none';
  throw new OperationalError(
    'model_refused_key',
    'No key for the model: set DEEPSEEK_API_KEY, or DEEPSEEK_BASE_URL to a server that needs none.',
  );
}
