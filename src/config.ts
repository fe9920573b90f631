import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { OperationalError } from './core/errors.ts';
import { type PriceList, parsePrices } from './model/parse-prices.ts';
import {
  address,
  badVariables,
  number,
  parseVariables,
  text,
  type Variables,
  wholeNumber,
} from './variables.ts';

function readPrices(given: string, context: z.RefinementCtx) {
  const prices = parsePrices(given);
  if (prices !== null) return prices;
  context.addIssue(
    'must be three numbers, such as 0.02,0.6,2: USD per million tokens of cached input, other input and output; ' +
      'for single models NAME=0.02,0.6,2, with semicolons between',
  );
  return z.NEVER;
}

/** The variables that every command reads. */
export const configSchema = z.object({
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

/** Those of this process: nothing else reads them. */
export const hostVariables: Variables = process.env;

/** Reads what every command needs. Throws with every problem at once. */
export function readConfig(environment: Variables = hostVariables): Config {
  const { data, problems } = parseVariables(configSchema, environment);
  if (data === null) throw badVariables(problems);
  return configOf(data);
}

export function configOf(found: z.output<typeof configSchema>): Config {
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

/** The key to ask the model with. A server of one's own may need none; the maker's does. */
export function requireApiKey(config: Config): string {
  if (config.model.apiKey !== undefined) return config.model.apiKey;
  if (new URL(config.model.baseUrl).host !== new URL(officialEndpoint).host) return 'none';
  throw new OperationalError(
    'model_refused_key',
    'No key for the model: set DEEPSEEK_API_KEY, or DEEPSEEK_BASE_URL to a server that needs none.',
  );
}
