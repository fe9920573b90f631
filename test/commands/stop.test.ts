import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Octokit } from '@octokit/rest';
import { describe, expect, it, vi } from 'vitest';
import { type LocalGitHub, startLocalGitHub } from '../../src/demo/github/server.ts';
import { sumsFiles } from '../../src/demo/sums.ts';
import { webhookPath } from '../../src/server.ts';
import { openStore, type StorePlace } from '../../src/store/store.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { startCli } from '../support/fix.ts';
import { type HttpServer, startHttpServer } from '../support/http-server.ts';
import { findPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { testEngine } from '../support/sandbox.ts';

const contractMs = 30_000;

interface Line {
  msg: string;
  url?: string;
  run?: string;
}

/** What a process of its own needs, and can be made to hang. */
interface World extends AsyncDisposable {
  github: LocalGitHub;
  model: HttpServer;
  /** Resolves when the model was asked, which answers nothing by itself. */
  asked: Promise<void>;
  /** Answers what the model was asked with an error. */
  fail(): void;
  postgres: TestPostgres | null;
  place: StorePlace;
  environment: Record<string, string>;
}

async function openWorld(programs: string | null): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const asked = Promise.withResolvers<void>();
  const answers: ServerResponse[] = [];
  const model = opened.use(
    await startHttpServer((_, response) => {
      answers.push(response);
      asked.resolve();
    }),
  );
  const github = opened.use(await startLocalGitHub());
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-stop-'));
  opened.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const postgres = programs === null ? null : opened.use(await startPostgres(programs));
  const { id, privateKey, webhookSecret } = github.app;
  const held = opened.move();
  return {
    github,
    model,
    asked: asked.promise,
    fail() {
      for (const answer of answers) answer.writeHead(500).end('{}');
    },
    postgres,
    place: postgres === null ? { directory: join(directory, 'database') } : { databaseUrl: postgres.url },
    environment: {
      APP_ID: String(id),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: webhookSecret,
      GITHUB_API_URL: github.apiUrl,
      GITHUB_SERVER_URL: github.serverUrl,
      DEEPSEEK_BASE_URL: model.url,
      AI_FIX_DATA_DIR: directory,
      DATABASE_URL: postgres?.url ?? '',
      LOG_LEVEL: 'info',
      HOST: '127.0.0.1',
      PORT: '0',
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** `ai-fix serve` as a process, and what it logs. */
function startServe(environment: Record<string, string>) {
  const { child, ended } = startCli(['serve'], environment);
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stderr }).on('line', (line) => {
    lines.push(JSON.parse(line) as Line);
    for (const look of waiting) look();
  });
  return {
    child,
    ended,
    logged: (msg: string) =>
      new Promise<Line>((resolve) => {
        const look = () => {
          const line = lines.find((one) => one.msg === msg);
          if (line !== undefined) resolve(line);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Somebody labels an issue. */
async function label(github: LocalGitHub): Promise<void> {
  github.createOrganisation('acme');
  github.createUser('maya');
  github.installApp('acme');
  await github.createRepository('acme', 'sums', { files: sumsFiles });
  github.setPermission('acme/sums', 'maya', 'write');
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const maya = new Octokit({ auth: github.tokenFor('maya'), baseUrl: github.apiUrl, log: quiet });
  const where = { owner: 'acme', repo: 'sums' };
  const { data: issue } = await maya.rest.issues.create({
    ...where,
    title: 'Totals are wrong',
    body: 'By one.',
  });
  await maya.rest.issues.addLabels({ ...where, issue_number: issue.number, labels: ['ai-fix'] });
}

async function hangNothing(): Promise<Disposable> {
  return { [Symbol.dispose]() {} };
}

/** GitHub answers nothing any more, and the process waits for an answer. */
async function hangGitHub({ github }: World): Promise<Disposable> {
  const before = github.requests.length;
  for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])
    github.inject({ method, path: /./, when: 'before', fault: 'hang', times: 10_000 });
  await vi.waitFor(() => expect(github.requests.length).toBeGreaterThan(before), { timeout: 30_000 });
  return hangNothing();
}

/** The database answers nothing any more, and the run waits to write into it. */
async function hangDatabase({ postgres, fail }: World, url: string): Promise<Disposable> {
  if (postgres === null) throw new Error('no server to stop');
  const paused = await postgres.pause();
  fail();
  const health = await fetch(`${url}/healthz`);
  expect(await health.text()).toContain('The database does not answer');
  return paused;
}

/** Sends SIGTERM; the exit code and how long it took. */
async function terminate({ child, ended }: ReturnType<typeof startServe>) {
  const since = performance.now();
  child.kill('SIGTERM');
  const { code } = await ended;
  return { code, inTime: performance.now() - since < contractMs };
}

async function containersOf(run: string): Promise<unknown[]> {
  const { docker } = await testEngine();
  return docker.listContainers({ all: true, filters: { label: [`ai-fix.run=${run}`] } });
}

const programs = await findPostgres();

describe('SIGTERM in the middle of a run', () => {
  it.each([
    { what: 'the model', hang: hangNothing, database: null },
    { what: 'GitHub', hang: hangGitHub, database: null },
    { what: 'the database', hang: hangDatabase, database: programs },
  ])(
    'ends in time and in order although $what hangs, and leaves the run to be gone on with',
    async ({ what, hang, database }) => {
      if (what === 'the database' && database === null) return;
      await using world = await openWorld(database);
      const serving = startServe(world.environment);
      const { url = '' } = await serving.logged('listening');
      world.github.setWebhook(`${url}${webhookPath}`);
      await label(world.github);
      const { run = '' } = await serving.logged('run begins');
      await world.asked;
      expect(await containersOf(run)).not.toEqual([]);
      {
        using _hanging = await hang(world, url);
        expect(await terminate(serving)).toEqual({ code: 0, inTime: true });
      }
      expect(await containersOf(run)).toEqual([]);
      await using store = await openStore(world.place);
      expect(await store.getRun(run)).toMatchObject({
        state: expect.stringMatching(/^(running|queued)$/),
        end: null,
      });
    },
  );
});

describe('a clock that is put back', () => {
  /** Within the process: an hour back at a signal. */
  const clock = `const { now } = Date; let back = 0; Date.now = () => now() - back;
    process.once('SIGUSR2', () => { back = 3_600_000; });`;

  it('ends it with 1, to be started again, in time also where the Docker Engine hangs', async () => {
    await using world = await openWorld(null);
    const isList = (url: string) => url.includes('/containers/json');
    const hanging = Promise.withResolvers<void>();
    let lists = 0;
    await using engine = await startEngineProxy((_, url) => {
      // the first is of the start, the second of the housekeeping, which is waited for
      if (!isList(url) || ++lists === 1) return url;
      hanging.resolve();
      return null;
    });
    const serving = startServe({
      ...world.environment,
      DOCKER_HOST: engine.address,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(clock)}`,
    });
    await serving.logged('listening');
    await hanging.promise;
    serving.child.kill('SIGUSR2');
    await serving.logged('stopping');
    const since = performance.now();
    const { code } = await serving.ended;
    expect({ code, inTime: performance.now() - since < contractMs }).toEqual({ code: 1, inTime: true });
    await serving.logged('not everything ended in time; what is left open is taken up again');
  });
});

describe('SIGTERM before it is ready', () => {
  it('ends in time and in order although GitHub hangs', async () => {
    await using world = await openWorld(null);
    const asked = Promise.withResolvers<void>();
    await using silent = await startHttpServer(() => asked.resolve());
    const serving = startServe({ ...world.environment, GITHUB_API_URL: silent.url });
    await asked.promise;
    expect(await terminate(serving)).toEqual({ code: 0, inTime: true });
  });

  it('ends at once at a second signal', async () => {
    await using world = await openWorld(null);
    const asked = Promise.withResolvers<void>();
    await using silent = await startHttpServer(() => asked.resolve());
    const serving = startServe({ ...world.environment, GITHUB_API_URL: silent.url });
    await asked.promise;
    serving.child.kill('SIGTERM');
    await serving.logged('stopping');
    serving.child.kill('SIGTERM');
    expect((await serving.ended).code).toBe(130);
  });
});
