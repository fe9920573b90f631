import type { AppConfig } from '../app-config.ts';
import type { Config } from '../config.ts';
import type { LocalGitHub } from './github/server.ts';

/** The configuration of an App of the local GitHub's, with a store of its own and one run at a time. */
export function localAppConfig(config: Config, github: LocalGitHub, dataDirectory: string): AppConfig {
  const { id, privateKey, webhookSecret } = github.app;
  return {
    ...config,
    dataDirectory,
    github: { appId: id, privateKey, webhookSecret, apiUrl: github.apiUrl, serverUrl: github.serverUrl },
    databaseUrl: undefined,
    maximumRuns: 1,
    dailyBudgetUsd: 20,
    allowedRepositories: null,
    paused: false,
    cache: { days: 14, gigabytes: 20 },
    retentionDays: 30,
    host: '127.0.0.1',
    port: 0,
    metricsPort: undefined,
    traces: undefined,
    logLevel: 'error',
  };
}
