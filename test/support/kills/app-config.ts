import type { AppConfig } from '../../../src/app-config.ts';
import { readConfig } from '../../../src/config.ts';
import type { LocalGitHub } from '../../../src/demo/github/server.ts';

/** An App for a local GitHub and a scripted model; `server` is how runs name that GitHub. */
export function appConfig(
  { app }: LocalGitHub,
  urls: { api: string; server: string; model: string },
  model: { key: string },
  changes: Partial<AppConfig> & Pick<AppConfig, 'dataDirectory'>,
): AppConfig {
  const { id, privateKey, webhookSecret } = app;
  return {
    ...readConfig({ ...process.env, DEEPSEEK_API_KEY: undefined }),
    model: { ...readConfig({}).model, apiKey: model.key, baseUrl: urls.model },
    github: { appId: id, privateKey, webhookSecret, apiUrl: urls.api, serverUrl: urls.server },
    databaseUrl: undefined,
    maximumRuns: 2,
    dailyBudgetUsd: 10_000,
    allowedRepositories: null,
    paused: false,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'info',
    metricsPort: undefined,
    traces: undefined,
    cache: { days: 14, gigabytes: 20 },
    retentionDays: 30,
    ...changes,
  };
}
