import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { startLocalGitHub } from '../../src/demo/github/server.ts';
import { lockDirectory } from '../../src/store/database/lock.ts';
import { startCli } from '../support/fix.ts';
import { findPostgres, startPostgres } from '../support/postgres.ts';

const nothing = {
  APP_ID: '',
  PRIVATE_KEY: '',
  PRIVATE_KEY_PATH: '',
  WEBHOOK_SECRET: '',
  DATABASE_URL: '',
  LOG_LEVEL: '',
};

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}

describe.each(['serve', 'work'])('ai-fix %s', (command) => {
  it('tells all that is wrong with its variables at once, and ends with 1', async () => {
    const { code, stdout, stderr } = await startCli([command], { ...nothing, PORT: 'http' }).ended;
    for (const name of ['APP_ID', 'PRIVATE_KEY', 'WEBHOOK_SECRET', 'DEEPSEEK_API_KEY', 'PORT'])
      expect(stderr).toContain(`${name}: `);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('takes no arguments', async () => {
    expect(await startCli([command, 'now']).ended).toMatchObject({ code: 2 });
  });
});

describe('ai-fix work', () => {
  it('refuses a data directory that another process has, although they share a database', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ai-fix-work-'));
    using _held = await lockDirectory(directory);
    const { code, stderr } = await startCli(['work'], {
      ...nothing,
      APP_ID: '1',
      PRIVATE_KEY: newKey(),
      WEBHOOK_SECRET: '0f6a3b9c7d2e15484a1b0c9d8e7f6a5b',
      DEEPSEEK_API_KEY: 'sk-1',
      DATABASE_URL: 'postgres://ai_fix@127.0.0.1:1/nowhere',
      AI_FIX_DATA_DIR: directory,
    }).ended;
    await rm(directory, { recursive: true, force: true });
    expect(stderr).toMatch(/in use by process \d+ .*AI_FIX_DATA_DIR of its own/s);
    expect(code).toBe(1);
  });

  it('refuses the embedded database, which belongs to one process', async () => {
    const { code, stderr } = await startCli(['work'], {
      ...nothing,
      APP_ID: '1',
      PRIVATE_KEY: newKey(),
      WEBHOOK_SECRET: '0f6a3b9c7d2e15484a1b0c9d8e7f6a5b',
      DEEPSEEK_API_KEY: 'sk-1',
    }).ended;
    expect(stderr).toContain('needs DATABASE_URL');
    expect(code).toBe(1);
  });
});

const programs = await findPostgres();

describe('ai-fix work', () => {
  it.runIf(programs)('has no port of its own but that of its metrics and health', async () => {
    await using github = await startLocalGitHub();
    await using postgres = await startPostgres(programs ?? '');
    const { id, privateKey, webhookSecret } = github.app;
    const { child, ended } = startCli(['work'], {
      ...nothing,
      APP_ID: String(id),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: webhookSecret,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_SERVER_URL: github.serverUrl,
      DEEPSEEK_API_KEY: 'sk-1',
      DATABASE_URL: postgres.url,
      AI_FIX_METRICS_PORT: '0',
    });
    let working: { url: string | null; metrics?: string } | null = null;
    for await (const line of createInterface({ input: child.stderr })) {
      const told = JSON.parse(line) as { msg: string; url: string | null; metrics?: string };
      if (told.msg !== 'working') continue;
      working = told;
      break;
    }
    const answers = await Promise.all(
      ['healthz', 'metrics'].map((path) => fetch(`${working?.metrics}/${path}`)),
    );
    child.kill('SIGTERM');
    const { code } = await ended;
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect({ url: working?.url, code }).toEqual({ url: null, code: 0 });
  });
});

describe('ai-fix serve', () => {
  it('says where it listens and what it lacks, and ends in order when told to', async () => {
    await using github = await startLocalGitHub();
    const { id, privateKey, webhookSecret } = github.app;
    const directory = await mkdtemp(join(tmpdir(), 'ai-fix-serve-'));
    const { child, ended } = startCli(['serve'], {
      ...nothing,
      APP_ID: String(id),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: webhookSecret,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_SERVER_URL: github.serverUrl,
      DEEPSEEK_API_KEY: 'sk-1',
      AI_FIX_DATA_DIR: directory,
      AI_FIX_REGISTRIES: join(directory, 'nowhere'),
      PORT: '0',
    });
    const lines = createInterface({ input: child.stderr });
    let listening: { url: string; metrics?: string } | null = null;
    for await (const line of lines) {
      const told = JSON.parse(line) as { msg: string; url: string; metrics?: string };
      if (told.msg !== 'listening') continue;
      listening = told;
      break;
    }
    const health = await fetch(`${listening?.url}/healthz`);
    const problems = await health.text();
    child.kill('SIGTERM');
    const { code } = await ended;
    await rm(directory, { recursive: true, force: true });
    expect({ status: health.status, code }).toEqual({ status: 503, code: 0 });
    expect(problems).toMatch(/^AI_FIX_REGISTRIES names .*\n$/);
    expect(listening?.metrics).toBeUndefined();
  });
});
