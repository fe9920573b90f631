import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import type { AppConfig } from '../../src/app-config.ts';
import { readConfig } from '../../src/config.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { type LocalGitHub, startLocalGitHub } from '../../src/demo/github/server.ts';
import { localAppConfig } from '../../src/demo/local-app.ts';
import { parseScript, type Script, type ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { fixedTotal, newTest, sumsFiles } from '../../src/demo/sums.ts';
import type { Pace } from '../../src/github/connection/octokit.ts';
import type { Pauses } from '../../src/run/execute/parking.ts';
import { type RunningApp, startApp } from '../../src/serve.ts';
import { webhookPath } from '../../src/server.ts';
import { removeEnvironments } from './environments.ts';
import { write } from './fix.ts';
import { startHttpServer } from './http-server.ts';
import { testEngine } from './sandbox.ts';

/** A run that has ended and was told. */
export interface EndedRun {
  id: string;
  events: RunEvent[];
}

/** A model's answer that is held back. */
interface Hold {
  /** Resolves when the model was asked. */
  reached: Promise<void>;
  release(): void;
}

export interface TestApp extends AsyncDisposable {
  github: LocalGitHub;
  model: ScriptedModel;
  dataDirectory: string;
  /** Of the operators' server, where the settings ask for one. */
  metricsUrl(): string;
  /** All that the App wrote into its log. */
  log(): string;
  /** Plays this to runs whose first message holds a text; what was given last comes first. */
  play(when: string, turns: Turns, which?: { attempt?: number }): void;
  /** The bytes of every request to the model, in order, those that were not answered included. */
  bodies(): Buffer[];
  /** Holds the answer number `turn` (from 1) to such runs. */
  hold(when: string, turn: number): Hold;
  /** Resolves with run number `nth` of those whose title this is, when it has ended. */
  ended(title: string, nth?: number): Promise<EndedRun>;
  /** Resolves with the first such event of the run with this title, when it was stored. */
  seen(title: string, type: RunEvent['type']): Promise<RunEvent>;
  repository(options?: RepositoryOptions): Promise<TestRepository>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

type Turns = Extract<ScriptInput, { turns: unknown }>['turns'];

interface RepositoryOptions {
  /** Those of the program `sums` unless told. */
  files?: Record<string, string>;
  owner?: string;
}

/** GitHub's own pace would make a run last a minute. */
const pace = { betweenWrites: 0, betweenNotifications: 0, beforeRepetition: 20, answer: 5000, rateLimit: 0 };
export const modelKey = 'canary-model-key-5e0f7d2c9b';
const webhookSecret = 'canary-webhook-2b9d1c7f4a6e';

/** How long things wait. */
interface Slowness {
  pauses?: Pauses;
  pace?: Partial<Pace>;
}

/** The whole App over a local GitHub, a real Engine and a scripted model. */
export async function startTestApp(
  changes: Partial<AppConfig> = {},
  { pauses = { again: () => 0, model: () => 1 }, pace: paceChanges = {} }: Slowness = {},
): Promise<TestApp> {
  await using opened = new AsyncDisposableStack();
  const script: Script = parseScript({ when: 'nothing asks for this', turns: [{ content: 'Done.' }] });
  const model = opened.use(await startScriptedModel({ script, key: modelKey }));
  const gate = opened.use(await startGate(model));
  const github = opened.use(
    await startLocalGitHub({ webhook: { url: 'http://127.0.0.1:9/', secret: webhookSecret } }),
  );
  const dataDirectory = await mkdtemp(join(tmpdir(), 'ai-fix-app-run-'));
  opened.defer(() => rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 }));
  const runs = createRuns();
  opened.defer(() => removeEnvironments(runs.images));
  const log = opened.use(recordLog());
  const config = {
    ...configFor(github, dataDirectory),
    model: { ...readConfig({}).model, apiKey: modelKey, baseUrl: gate.url },
    ...changes,
  };
  let app: RunningApp | null = null;
  const stop = async () => {
    await app?.[Symbol.asyncDispose]();
    app = null;
  };
  const start = async () => {
    const slowness = { pace: { ...pace, ...paceChanges }, pauses };
    const options = { ...slowness, say() {}, ...runs.hooks };
    app = await startApp(config, { web: true, work: true }, options);
    github.setWebhook(`${app.url}${webhookPath}`);
  };
  await start();
  opened.defer(stop);
  let repositories = 0;
  const held = opened.move();
  return {
    github,
    model,
    dataDirectory,
    metricsUrl: () => app?.metricsUrl ?? '',
    log: log.text,
    play: (when, turns, which = {}) =>
      void script.conversations.unshift(
        ...parseScript({ conversations: [{ when, turns, ...which }] }).conversations,
      ),
    hold: gate.hold,
    bodies: gate.bodies,
    ended: runs.ended,
    seen: runs.seen,
    stop,
    start,
    repository: (options = {}) => {
      repositories += 1;
      return seed(github, `sums-${repositories}`, options);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function configFor(github: LocalGitHub, dataDirectory: string): AppConfig {
  const config = readConfig({ ...process.env, DEEPSEEK_API_KEY: undefined });
  const app = localAppConfig(config, github, dataDirectory);
  return { ...app, maximumRuns: 3, dailyBudgetUsd: 1000, logLevel: 'trace' };
}

function createRuns() {
  const running = new Map<string, { title: string; events: RunEvent[] }>();
  const ended: (EndedRun & { title: string })[] = [];
  const waiting = new Set<() => void>();
  const images = new Set<string>();
  return {
    images,
    hooks: {
      onEvent(id: string, event: RunEvent) {
        if (event.type === 'environment_ready') images.add(event.image);
        const run = running.get(id) ?? { title: '', events: [] };
        running.set(id, run);
        if (event.type === 'run_started') run.title = event.title;
        run.events.push(event);
        for (const look of waiting) look();
      },
      onEnd(id: string) {
        const run = running.get(id);
        if (run !== undefined) ended.push({ id, ...run });
        for (const look of waiting) look();
      },
    },
    seen: (title: string, type: RunEvent['type']) =>
      new Promise<RunEvent>((resolve) => {
        const look = () => {
          const found = [...running.values()]
            .find((run) => run.title === title)
            ?.events.find((event) => event.type === type);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ended: (title: string, nth = 1) =>
      new Promise<EndedRun>((resolve) => {
        const look = () => {
          const found = ended.filter((run) => run.title === title)[nth - 1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Stands before the model, and holds back the answers that a test wants to come later. */
async function startGate(model: ScriptedModel) {
  const holds: { when: string; turn: number; reach(): void; released: Promise<void> }[] = [];
  const server = await startHttpServer(async ({ method, url, headers, body }, response) => {
    const { messages } = JSON.parse(body.toString()) as { messages: { role: string; content: string }[] };
    const first = messages.find(({ role }) => role === 'user')?.content ?? '';
    const turn = messages.filter(({ role }) => role === 'assistant').length + 1;
    const hold = holds.find((one) => one.turn === turn && first.includes(one.when));
    hold?.reach();
    await hold?.released;
    const { authorization = '' } = headers;
    const answer = await fetch(`${model.url}${url}`, {
      method: method ?? 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    });
    const type = answer.headers.get('content-type') ?? 'application/json';
    response.writeHead(answer.status, { 'content-type': type });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  return {
    url: server.url,
    bodies: () => server.requests.map(({ body }) => body),
    hold(when: string, turn: number): Hold {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holds.push({ when, turn, reach: reached.resolve, released: released.promise });
      return { reached: reached.promise, release: released.resolve };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The log goes to stderr: while the App runs, into memory instead. */
function recordLog(): Disposable & { text(): string } {
  const { write } = process.stderr;
  const lines: string[] = [];
  process.stderr.write = (chunk: string | Uint8Array) => {
    lines.push(String(chunk));
    return true;
  };
  return {
    text: () => lines.join(''),
    [Symbol.dispose]() {
      process.stderr.write = write;
    },
  };
}

export interface TestRepository {
  owner: string;
  repo: string;
  /** `owner/repo`. */
  name: string;
  /** GitHub as somebody uses it; everybody has write access. */
  as(login: string): Octokit;
  /** Files an issue and labels it; gives its number. */
  label(issue: { title: string; body?: string }): Promise<number>;
  comment(number: number, body: string, login?: string): Promise<void>;
  comments(number: number): Promise<{ login: string; body: string }[]>;
  /** The App's one status comment. */
  status(number: number): Promise<string>;
  reactions(number: number): Promise<string[]>;
  pulls(): Promise<Pull[]>;
  branches(): Promise<string[]>;
  commits(branch: string): Promise<Commit[]>;
  checks(commit: string): Promise<CheckRun[]>;
  push(branch: string, path: string, content: string, login?: string): Promise<string>;
  /** What the App asked GitHub about this repository: `POST /git/commits`. */
  asked(): { call: string; body: unknown }[];
}

type Pull = Awaited<ReturnType<Octokit['rest']['pulls']['get']>>['data'];
type Commit = Awaited<ReturnType<Octokit['rest']['repos']['listCommits']>>['data'][number];
type CheckRun = Awaited<ReturnType<Octokit['rest']['checks']['listForRef']>>['data']['check_runs'][number];

async function seed(
  github: LocalGitHub,
  repo: string,
  { files = sumsFiles, owner = 'acme' }: RepositoryOptions,
): Promise<TestRepository> {
  const name = `${owner}/${repo}`;
  const where = { owner, repo };
  const isNew = makeSure(() => github.createOrganisation(owner), github, owner);
  for (const login of ['maya', 'noor', 'stranger']) makeSure(() => github.createUser(login), github, login);
  if (isNew) github.installApp(owner);
  await github.createRepository(owner, repo, { files });
  for (const login of ['maya', 'noor']) github.setPermission(name, login, 'write');
  const as = (login: string) => new Octokit({ auth: github.tokenFor(login), baseUrl: github.apiUrl, log });
  const maya = as('maya').rest;
  const comments = async (number: number) => {
    const { data } = await maya.issues.listComments({ ...where, issue_number: number, per_page: 100 });
    return data.map(({ user, body }) => ({ login: user?.login ?? '', body: body ?? '' }));
  };
  return {
    ...where,
    name,
    as,
    comments,
    async label({ title, body = '`total([1, 2, 3])` gives 3, it should be 6.' }) {
      const { data } = await maya.issues.create({ ...where, title, body });
      await maya.issues.addLabels({ ...where, issue_number: data.number, labels: ['ai-fix'] });
      return data.number;
    },
    async comment(number, body, login = 'maya') {
      await as(login).rest.issues.createComment({ ...where, issue_number: number, body });
    },
    async status(number) {
      const all = (await comments(number)).filter(({ body }) => body.includes('kind=status'));
      if (all.length !== 1) throw new Error(`${all.length} status comments`);
      return all[0]?.body ?? '';
    },
    async reactions(number) {
      const { data } = await maya.reactions.listForIssue({ ...where, issue_number: number });
      return data.map(({ content }) => content);
    },
    async pulls() {
      const { data } = await maya.pulls.list({ ...where, state: 'all' });
      return Promise.all(
        data.map(async ({ number }) => (await maya.pulls.get({ ...where, pull_number: number })).data),
      );
    },
    async branches() {
      const { data } = await maya.repos.listBranches(where);
      return data.map((branch) => branch.name).sort();
    },
    commits: async (branch) => (await maya.repos.listCommits({ ...where, sha: branch })).data,
    checks: async (commit) => (await maya.checks.listForRef({ ...where, ref: commit })).data.check_runs,
    async push(branch, path, content, login = 'noor') {
      const { git } = as(login).rest;
      const { data: tip } = await git.getRef({ ...where, ref: `heads/${branch}` });
      const { data: tree } = await git.createTree({
        ...where,
        base_tree: tip.object.sha,
        tree: [{ path, mode: '100644', type: 'blob', content }],
      });
      const { data: commit } = await git.createCommit({
        ...where,
        message: `Add ${path}`,
        tree: tree.sha,
        parents: [tip.object.sha],
      });
      await git.updateRef({ ...where, ref: `heads/${branch}`, sha: commit.sha });
      return commit.sha;
    },
    asked: () =>
      github.requests
        .filter(({ actor, path }) => actor === 'ai-fix[bot]' && path.includes(`/${name}/`))
        .map(({ method, path, body }) => ({
          call: `${method} ${path.slice(path.indexOf(name) + name.length).split('?')[0]}`,
          body,
        })),
  };
}

const log = { debug() {}, info() {}, warn() {}, error() {} };

const made = new WeakMap<LocalGitHub, Set<string>>();

/** Accounts are made once for each GitHub. True when it is new. */
function makeSure(make: () => unknown, github: LocalGitHub, login: string): boolean {
  const known = made.get(github) ?? new Set();
  made.set(github, known);
  if (known.has(login)) return false;
  known.add(login);
  make();
  return true;
}

const bash = (command: string) => ({ name: 'bash', arguments: { command } });

/** Turns that run these commands, one a turn, and then say that it is done. */
export function commands(list: readonly string[], said = 'The loop now runs over the whole list.'): Turns {
  return [
    ...list.map((command) => ({ reasoning: 'Next.', calls: [bash(command)] })),
    { reasoning: 'That is it.', content: said },
    { reasoning: 'The whole of it is as it should be.', content: said },
  ];
}

/** Commands that mend `total` and test it. */
export const goodFix = [
  `${write('lib/total.js', fixedTotal)}\ncat >> test/total.test.js <<'END'${newTest}END`,
];

/** What a run came to, by its last event. */
export function outcomeOf({ events }: EndedRun) {
  const last = events.at(-1);
  if (last?.type !== 'outcome') throw new Error('a run without an outcome');
  return last;
}

/** The containers of a run that are still there. */
export async function containersOf({ id }: Pick<EndedRun, 'id'>): Promise<unknown[]> {
  const { docker } = await testEngine();
  return docker.listContainers({ all: true, filters: { label: [`ai-fix.run=${id}`] } });
}
