import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { OperationalError } from './core/errors.ts';

const text = z.string().trim().min(1);

const schema = z.object({
  DEEPSEEK_API_KEY: text.optional(),
  DEEPSEEK_BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  AI_FIX_MODEL: text.default('deepseek-v4-pro'),
  AI_FIX_DATA_DIR: text.optional(),
  XDG_DATA_HOME: text.optional(),
  DOCKER_HOST: text.optional(),
  AI_FIX_SANDBOX_IMAGE: text.optional(),
  AI_FIX_SETUP: z.enum(['0', '1']).optional(),
  HTTPS_PROXY: text.optional(),
  HTTP_PROXY: text.optional(),
  NO_PROXY: text.optional(),
  NODE_EXTRA_CA_CERTS: text.optional(),
  NO_COLOR: z.string().optional(),
});

export interface Config {
  model: { apiKey: string | undefined; baseUrl: string; name: string };
  /** Where ai-fix keeps what it needs again. */
  dataDirectory: string;
  dockerHost: string | undefined;
  sandboxImage: string | undefined;
  /** '0' forbids to install or start anything on this host. */
  setup: string | undefined;
  /** Proxy variables by their usual names, for containers that need the network. */
  proxy: Record<string, string>;
  /** A file of certificate authorities that programs on this host trust beside the usual ones. */
  extraCertificates: string | undefined;
  colour: boolean;
}

const officialEndpoint = 'https://api.deepseek.com';

/** Reads the environment: the only place that does. Rejects with every problem at once. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new OperationalError(
      'bad_config',
      `These environment variables cannot be used:\n${problems.join('\n')}`,
    );
  }
  const found = parsed.data;
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
    },
    dataDirectory:
      found.AI_FIX_DATA_DIR ?? join(found.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'ai-fix'),
    dockerHost: found.DOCKER_HOST,
    sandboxImage: found.AI_FIX_SANDBOX_IMAGE,
    setup: found.AI_FIX_SETUP,
    proxy: Object.fromEntries(
      proxies.flatMap(([name, value]) => [
        [name, value],
        [name.toLowerCase(), value],
      ]),
    ),
    extraCertificates: found.NODE_EXTRA_CA_CERTS,
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
