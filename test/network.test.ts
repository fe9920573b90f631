import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { gitNetwork } from '../src/network.ts';

it('git trusts the usual authorities beside the extra ones', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-network-'));
  try {
    const config = readConfig({ AI_FIX_DATA_DIR: directory, NODE_EXTRA_CA_CERTS: '/etc/company.pem' });
    const { GIT_SSL_CAINFO } = await gitNetwork(config);
    const trusted = await readFile(GIT_SSL_CAINFO ?? '', 'utf8');
    expect(trusted).toContain(rootCertificates[0]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

it('git is left as it is without extra authorities', async () => {
  const config = readConfig({ HTTPS_PROXY: 'http://proxy:3128' });
  expect(await gitNetwork(config)).toEqual(config.proxy);
});
