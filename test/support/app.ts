import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import type { AppConfig } from '../../src/app-config.ts';
import { readConfig } from '../../src/config.ts';
import type { InitialFiles } from '../../src/demo/github/git/repository.ts';
import type { Delivery } from '../../src/demo/github/outbox.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/demo/github/server.ts';
import type { Level } from '../../src/demo/github/state.ts';
import { localAppConfig } from '../../src/demo/local-app.ts';
import type { SweepSchedule } from '../../src/run/sweep/start-sweeps.ts';
import type { SweepPace } from '../../src/run/sweep/sweep-ports.ts';
import { type AppOptions, type RunningApp, startApp } from '../../src/serve.ts';
import { webhookPath } from '../../src/server.ts';

/** People of every level, by name. */
const people = {
  adam: 'admin',
  mia: 'maintain',
  maya: 'write',
  tria: 'triage',
  rita: 'read',
  nora: 'none',
} as const satisfies Record<string, Level>;
export type Person = keyof typeof people;

interface LogLine {
  level: number;
  msg?: string;
  delivery?: string;
  verdict?: string;
  event?: string;
}

/** The App as it is served, in front of a local GitHub, with nobody to take runs: they stay queued. */
export interface TestApp extends AsyncDisposable {
  github: LocalGitHub;
  url: string;
  webhookUrl: string;
  dataDirectory: string;
  /** What the App wrote to its log, line by line as it was written. */
  log: string[];
  as(login: string): Octokit;
  /** The App itself, as installed for an owner. */
  asApp(owner: string): Promise<Octokit>;
  /** Waits until every webhook was answered and every trigger handled; what became of them since the last call. */
  settled(): Promise<string[]>;
  /** Sends a webhook of one's own making, signed as GitHub would. */
  deliver(event: string, payload: object, change?: DeliveryChange): Promise<Response>;
  /** What GitHub would have sent about something, and did not. */
  withheld(act: () => Promise<unknown>): Promise<Delivery[]>;
  repository(options?: RepositoryOptions): Promise<TestRepository>;
  /** Looks for missed webhooks, as at a start: it does not do so by itself here. */
  sweep(): Promise<void>;
  /** A second process' App on the same database, which must be a server's. */
  beside(): Promise<{ sweep(): Promise<void> } & AsyncDisposable>;
  stop(): Promise<void>;
  /** Ends the App and starts it again on the same data, with other settings. */
  restart(settings?: Partial<AppConfig>): Promise<void>;
}

interface DeliveryChange {
  guid?: string;
  secret?: string;
}

interface RepositoryOptions {
  owner?: string;
  name?: string;
  files?: InitialFiles;
  private?: boolean;
}

const noPace = { betweenWrites: 0, betweenNotifications: 0, beforeRepetition: 1, answer: 5000, rateLimit: 0 };
/** As if enough time had passed since everything. */
const noSweepPace: Partial<SweepPace> = {
  betweenRedeliveries: 0,
  betweenLabels: 0,
  again: 0,
  redelivery: [0, 0, 0, 0],
  onItsWay: 0,
};
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const dailyUsd = 10_000;

export async function startTestApp(settings: Partial<AppConfig> = {}): Promise<TestApp> {
  await using opened = new AsyncDisposableStack();
  const github = opened.use(await startLocalGitHub());
  github.createOrganisation('acme');
  for (const login of Object.keys(people)) github.createUser(login);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ai-fix-test-app-'));
  opened.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const log = opened.use(captureLog());
  let running: RunningApp;
  let port = 0;
  let sweeps = sweepByHand();
  const start = async (changed: Partial<AppConfig>) => {
    sweeps = sweepByHand();
    running = await startApp(
      { ...configOf(github, dataDirectory), port, ...changed },
      { web: true, work: true },
      { pace: noPace, sweeps: sweeps.options, say: () => undefined },
    );
    // deliveries that are sent again go where they went
    port = Number(new URL(running.url ?? '').port);
    github.setWebhook(`${running.url}${webhookPath}`);
  };
  await start(settings);
  opened.defer(() => running[Symbol.asyncDispose]());
  github.installApp('acme');
  const clients = new Map<string, Octokit>();
  let repositories = 0;
  let told = 0;
  const held = opened.move();

  const app: TestApp = {
    github,
    get url() {
      return running.url ?? '';
    },
    get webhookUrl() {
      return `${running.url}${webhookPath}`;
    },
    dataDirectory,
    log: log.lines,
    as(login) {
      const open = () => new Octokit({ baseUrl: github.apiUrl, auth: github.tokenFor(login), log: quiet });
      const client = clients.get(login) ?? open();
      clients.set(login, client);
      return client;
    },
    async asApp(owner) {
      const { id: appId, privateKey } = github.app;
      const options = { baseUrl: github.apiUrl, log: quiet, authStrategy: createAppAuth };
      const app = new Octokit({ ...options, auth: { appId, privateKey } });
      const { data } = await app.rest.apps.getOrgInstallation({ org: owner });
      return new Octokit({ ...options, auth: { appId, privateKey, installationId: data.id } });
    },
    async settled() {
      for (let before = -1; before !== github.deliveries.length; ) {
        before = github.deliveries.length;
        await github.settled();
        await log.handled();
      }
      const verdicts = log.verdicts().slice(told);
      told += verdicts.length;
      return verdicts;
    },
    deliver(event, payload, { guid = randomUUID(), secret = github.app.webhookSecret } = {}) {
      const body = JSON.stringify(payload);
      return fetch(app.webhookUrl, {
        method: 'POST',
        body,
        headers: signedHeaders(event, guid, body, secret),
      });
    },
    async withheld(act) {
      const before = github.deliveries.length;
      github.loseDeliveries(() => true);
      await act();
      await github.settled();
      github.loseDeliveries(() => false);
      return github.deliveries.slice(before);
    },
    async repository({ owner = 'acme', name = `repo-${++repositories}`, files, private: hidden } = {}) {
      await github.createRepository(owner, name, {
        files: files ?? { 'README.md': '# A program\n' },
        private: hidden ?? false,
      });
      for (const [login, level] of Object.entries(people)) {
        github.setPermission(`${owner}/${name}`, login, level);
      }
      return createRepository(app, { owner, repo: name });
    },
    sweep: () => sweeps.sweep(),
    async beside() {
      const { options, sweep } = sweepByHand();
      const other = await startApp(
        { ...configOf(github, join(dataDirectory, 'beside')), ...settings },
        { web: true, work: true },
        { pace: noPace, sweeps: options, say: () => undefined },
      );
      return { sweep, [Symbol.asyncDispose]: async () => other[Symbol.asyncDispose]() };
    },
    stop: async () => running[Symbol.asyncDispose](),
    async restart(changed = {}) {
      await running[Symbol.asyncDispose]();
      await start(changed);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
  return app;
}

function sweepByHand() {
  let look: Parameters<SweepSchedule>[0] = () => Promise.resolve();
  const options: NonNullable<AppOptions['sweeps']> = {
    pace: noSweepPace,
    schedule(given) {
      look = given;
      return { [Symbol.dispose]: () => undefined };
    },
  };
  return { options, sweep: () => look(true) };
}

function configOf(github: LocalGitHub, dataDirectory: string): AppConfig {
  const config = localAppConfig(readConfig({}), github, dataDirectory);
  return { ...config, maximumRuns: 0, dailyBudgetUsd: dailyUsd, logLevel: 'info' };
}

export function signedHeaders(
  event: string,
  guid: string,
  body: string,
  secret: string,
): Record<string, string> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/test',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-hub-signature-256': `sha256=${signature}`,
  };
}

/** Keeps the App's log off the screen, and knows from it which triggers are still to be handled. */
function captureLog() {
  const lines: string[] = [];
  const open = new Set<string>();
  const verdicts: string[] = [];
  let waiting: (() => void)[] = [];
  const { write } = process.stderr;
  const note = (text: string) => {
    lines.push(text);
    const { msg, delivery, verdict } = JSON.parse(text) as LogLine;
    if (delivery === undefined || verdict === undefined) return;
    if (msg === 'webhook' && verdict === 'queued') open.add(delivery);
    if (msg !== 'trigger') return;
    open.delete(delivery);
    verdicts.push(verdict);
    if (open.size > 0) return;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  process.stderr.write = ((chunk: string | Uint8Array, ...rest: []) => {
    const text = String(chunk);
    if (!text.startsWith('{"level":')) return write.call(process.stderr, chunk, ...rest);
    note(text);
    return true;
  }) as typeof write;
  return {
    lines,
    verdicts: () => verdicts,
    handled: () =>
      open.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push(resolve)),
    [Symbol.dispose]() {
      process.stderr.write = write;
    },
  };
}

export interface TestRepository {
  /** For Octokit's methods. */
  where: { owner: string; repo: string };
  fullName: string;
  issue(fields?: { title?: string; body?: string | null; assignees?: string[] }): Promise<number>;
  label(number: number, by?: string, name?: string): Promise<void>;
  unlabel(number: number, by?: string): Promise<void>;
  /** The comment's id. */
  comment(number: number, body: string, by?: string): Promise<number>;
  /** A pull request that changes the README. */
  pull(fields?: { by?: string; body?: string; branch?: string }): Promise<number>;
  /** What the App wrote on an issue or pull request: comments, oldest first. */
  answers(number: number): Promise<string[]>;
  /** The App's reactions to an issue. */
  reactions(number: number): Promise<string[]>;
  reactionsTo(comment: number, kind?: 'issues' | 'pulls'): Promise<string[]>;
  labels(number: number): Promise<string[]>;
  /** What the App changed here, as `METHOD path`. */
  writes(): string[];
}

function createRepository(app: TestApp, where: { owner: string; repo: string }): TestRepository {
  const { github } = app;
  const bot = `${github.app.slug}[bot]`;
  const reader = app.as('adam');
  const root = `/repos/${where.owner}/${where.repo}`;
  const repository: TestRepository = {
    where,
    fullName: `${where.owner}/${where.repo}`,
    async issue({ title = 'The sum is wrong', body = 'It is off by one.', assignees = [] } = {}) {
      const fields = { title, assignees, ...(body === null ? {} : { body }) };
      return (await app.as('maya').rest.issues.create({ ...where, ...fields })).data.number;
    },
    async label(number, by = 'maya', name = 'ai-fix') {
      await app.as(by).rest.issues.addLabels({ ...where, issue_number: number, labels: [name] });
    },
    async unlabel(number, by = 'maya') {
      await app.as(by).rest.issues.removeLabel({ ...where, issue_number: number, name: 'ai-fix' });
    },
    async comment(number, body, by = 'maya') {
      return (await app.as(by).rest.issues.createComment({ ...where, issue_number: number, body })).data.id;
    },
    async pull({ by = 'maya', body = '', branch = `change-${randomUUID().slice(0, 8)}` } = {}) {
      const { rest } = by === 'app' ? await app.asApp(where.owner) : app.as(by);
      const { git } = app.as('maya').rest;
      const { data: main } = await git.getRef({ ...where, ref: 'heads/main' });
      const file = {
        path: 'README.md',
        mode: '100644',
        type: 'blob',
        content: '# A better program\n',
      } as const;
      const base = { base_tree: main.object.sha, tree: [file] };
      const { data: tree } = await git.createTree({ ...where, ...base });
      const parents = [main.object.sha];
      const { data: commit } = await git.createCommit({
        ...where,
        message: 'Better',
        tree: tree.sha,
        parents,
      });
      await git.createRef({ ...where, ref: `refs/heads/${branch}`, sha: commit.sha });
      const opened = await rest.pulls.create({ ...where, title: 'Better', head: branch, base: 'main', body });
      return opened.data.number;
    },
    async answers(number) {
      const { data } = await reader.rest.issues.listComments({
        ...where,
        issue_number: number,
        per_page: 100,
      });
      return data.filter(({ user }) => user?.login === bot).map(({ body }) => body ?? '');
    },
    async reactions(number) {
      const { data } = await reader.rest.reactions.listForIssue({ ...where, issue_number: number });
      return data.filter(({ user }) => user?.login === bot).map(({ content }) => content);
    },
    async reactionsTo(comment, kind = 'issues') {
      const { data } = await reader.request(`GET ${root}/${kind}/comments/${comment}/reactions`);
      return (data as { content: string }[]).map(({ content }) => content);
    },
    async labels(number) {
      const { data } = await reader.rest.issues.listLabelsOnIssue({ ...where, issue_number: number });
      return data.map(({ name }) => name);
    },
    writes() {
      return github.requests
        .filter(({ actor, method, path }) => actor === bot && method !== 'GET' && path.startsWith(`${root}/`))
        .map(({ method, path }) => `${method} ${path}`);
    },
  };
  return repository;
}
