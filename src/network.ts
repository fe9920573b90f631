import { mkdir, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import type { Config } from './config.ts';

/** Node 24 has it; its types do not know it yet. */
const { setGlobalProxyFromEnv } = http as unknown as {
  setGlobalProxyFromEnv(environment: Record<string, string>): () => void;
};

const loopback = 'localhost,127.0.0.1,::1';

/** Sends every request of this process, by fetch or by http, through the configured proxy; loopback stays direct. */
export function useProxy({ proxy }: Pick<Config, 'proxy'>): void {
  if (Object.keys(proxy).length === 0) return;
  const direct = [proxy.no_proxy, loopback].filter((hosts) => hosts !== undefined).join(',');
  setGlobalProxyFromEnv({ ...proxy, no_proxy: direct, NO_PROXY: direct });
}

/**
 * Variables for git's network calls: the proxy, and one file with all authorities that this process trusts, because
 * git would take the extra ones instead of the usual ones. Undefined extra authorities leave git as it is.
 */
export async function gitNetwork(config: Config): Promise<Record<string, string>> {
  if (config.extraCertificates === undefined) return config.proxy;
  const trusted = new Set([...getCACertificates('system'), ...getCACertificates('default')]);
  const path = join(config.dataDirectory, 'authorities.pem');
  await mkdir(config.dataDirectory, { recursive: true });
  await writeFile(path, [...trusted].join('\n'));
  return { ...config.proxy, GIT_SSL_CAINFO: path };
}
