import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readAppConfig, secretsOf } from '../src/app-config.ts';
import { messageOf } from '../src/core/errors.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const secret = '0f6a3b9c7d2e15484a1b0c9d8e7f6a5b';
const good = { APP_ID: '12', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: secret, DEEPSEEK_API_KEY: 'sk-1' };

function problemsOf(environment: Record<string, string | undefined>): string {
  try {
    readAppConfig(environment);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}

describe('readAppConfig', () => {
  it('has a default for everything but the App’s identity, the secret and the model’s key', () => {
    expect(readAppConfig(good)).toMatchObject({
      github: {
        appId: 12,
        webhookSecret: secret,
        apiUrl: 'https://api.github.com',
        serverUrl: 'https://github.com',
      },
      databaseUrl: undefined,
      maximumRuns: 2,
      dailyBudgetUsd: 20,
      allowedRepositories: null,
      paused: false,
      host: '127.0.0.1',
      port: 3000,
      metricsPort: undefined,
      traces: undefined,
      logLevel: 'info',
    });
  });

  it.each([
    ['as it is', privateKey],
    ['with \\n for line ends', privateKey.replaceAll('\n', '\\n')],
    ['in base64', Buffer.from(privateKey).toString('base64')],
  ])('takes the private key %s', (_, key) => {
    expect(readAppConfig({ ...good, PRIVATE_KEY: key }).github.privateKey.trim()).toBe(privateKey.trim());
  });

  it('reads the allow list, with commas or spaces, in any case', () => {
    expect(readAppConfig({ ...good, AI_FIX_REPOS: 'Acme/Sums, octo  acme/x' }).allowedRepositories).toEqual([
      'acme/sums',
      'octo',
      'acme/x',
    ]);
  });

  it('reads where metrics are served and where traces are sent', () => {
    const { metricsPort, traces } = readAppConfig({
      ...good,
      AI_FIX_METRICS_PORT: '9464',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/',
    });
    expect({ metricsPort, traces }).toEqual({
      metricsPort: 9464,
      traces: { endpoint: 'https://collector.example', headers: '' },
    });
  });

  it('counts what the collector is sent for authentication among the secrets', () => {
    const config = readAppConfig({
      ...good,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=12, authorization=Basic aHVudGVyMg==',
    });
    expect(secretsOf(config)).toEqual(expect.arrayContaining(['Basic aHVudGVyMg==']));
  });

  it.each([
    ['missing', undefined, 'is missing'],
    ['Probot’s own', 'development', 'shorter'],
    ['short', 'a1b2c3d4', 'shorter'],
    ['an example', 'your-webhook-secret-goes-here', 'guessed'],
    ['one letter', 'x'.repeat(40), 'guessed'],
  ])('refuses a webhook secret that is %s, and says how to make one', (_, value, words) => {
    const problems = problemsOf({ ...good, WEBHOOK_SECRET: value });
    expect(problems).toContain(words);
    expect(problems).toContain('openssl rand');
  });

  it('tells all problems at once', () => {
    const problems = problemsOf({
      PRIVATE_KEY_PATH: '/no/such/key.pem',
      PORT: 'http',
      AI_FIX_MAX_RUNS: '0',
      DATABASE_URL: 'mysql://x',
      LOG_LEVEL: 'loud',
      AI_FIX_PAUSED: 'yes',
      GITHUB_API_URL: 'ftp://x',
      AI_FIX_METRICS_PORT: '70000',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
    });
    for (const name of [
      'APP_ID',
      'PRIVATE_KEY_PATH',
      'WEBHOOK_SECRET',
      'DEEPSEEK_API_KEY',
      'PORT',
      'AI_FIX_MAX_RUNS',
      'DATABASE_URL',
      'LOG_LEVEL',
      'AI_FIX_PAUSED',
      'GITHUB_API_URL',
      'AI_FIX_METRICS_PORT',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ]) {
      expect(problems).toContain(`${name}:`);
    }
  });

  it('never repeats a key that it cannot use', () => {
    expect(problemsOf({ ...good, PRIVATE_KEY: 'hunter2-hunter2' })).not.toContain('hunter2');
  });
});
