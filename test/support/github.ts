import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { type LocalGitHub, type LocalGitHubOptions, startLocalGitHub } from '../../src/demo/github/server.ts';
import { type Check, loadAnswerCheck, loadWebhookCheck } from './openapi.ts';

interface Received {
  name: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read deep into payloads of many kinds
  payload: any;
}

/** A local GitHub whose webhooks arrive here, and whose every success is checked against GitHub's description. */
export interface TestGitHub extends AsyncDisposable {
  github: LocalGitHub;
  received: Received[];
  /** Names of the webhooks that came in since the last call. */
  news(): Promise<string[]>;
  as(login: string): Octokit;
  asApp(): Octokit;
  asInstallation(id: number): Octokit;
  /** What did not fit GitHub's description. */
  deviations: string[];
}

let checks: Promise<{ answers: Check; webhooks: Check }> | undefined;

async function loadChecks() {
  const [answers, webhooks] = await Promise.all([loadAnswerCheck(), loadWebhookCheck()]);
  return { answers, webhooks };
}

export async function startTestGitHub(options: LocalGitHubOptions = {}): Promise<TestGitHub> {
  checks ??= loadChecks();
  const { answers, webhooks } = await checks;
  const deviations: string[] = [];
  const received: Received[] = [];
  const receiver = createServer(async (request, response) => {
    const body = await text(request);
    const payload = JSON.parse(body);
    const event = String(request.headers['x-github-event']);
    const name = 'action' in payload ? `${event}.${payload.action}` : event;
    received.push({ name, headers: request.headers, body, payload });
    deviations.push(...webhooks(name, payload));
    response.writeHead(202).end('{}');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/api/github/webhooks`;
  const github = await startLocalGitHub({ webhook: { url, secret: 'hush' }, ...options });
  let seen = 0;

  const watched = (octokit: Octokit): Octokit => {
    octokit.hook.after('request', (response, request) => {
      if (response.status !== 204 && !response.headers['content-type']?.startsWith('application/json'))
        return;
      deviations.push(...answers(`${request.method} ${request.url} ${response.status}`, response.data));
    });
    return octokit;
  };
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  return {
    github,
    received,
    deviations,
    async news() {
      await github.settled();
      const names = received.slice(seen).map(({ name }) => name);
      seen = received.length;
      return names;
    },
    as: (login) => watched(new Octokit({ baseUrl: github.apiUrl, auth: github.tokenFor(login), log: quiet })),
    asApp: () => watched(appClient(github)),
    asInstallation: (id) => watched(appClient(github, id)),
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]();
      receiver.close();
      receiver.closeAllConnections();
    },
  };

  function appClient({ apiUrl, app }: LocalGitHub, installationId?: number): Octokit {
    return new Octokit({
      baseUrl: apiUrl,
      log: quiet,
      authStrategy: createAppAuth,
      auth: {
        appId: app.id,
        privateKey: app.privateKey,
        ...(installationId === undefined ? {} : { installationId }),
      },
    });
  }
}

/** An organisation `acme` with a private repository `sums`, Ann who may write, and the App. */
export async function startWithRepository(
  options: LocalGitHubOptions = {},
): Promise<TestGitHub & { installation: number }> {
  const test = await startTestGitHub(options);
  const { github } = test;
  github.createOrganisation('acme');
  github.createUser('ann');
  await github.createRepository('acme', 'sums', {
    private: true,
    files: { 'sum.js': 'one\ntwo\nthree\n', 'lib/a.js': 'a\n' },
  });
  github.setPermission('acme/sums', 'ann', 'write');
  return Object.assign(test, { installation: github.installApp('acme', { by: 'ann' }) });
}

export const sums = { owner: 'acme', repo: 'sums' };

/** A commit with one changed file, and a branch for it where a name is given. */
export async function commitFile(
  octokit: Octokit,
  path: string,
  content: string,
  { branch, parent = 'main' }: { branch?: string; parent?: string } = {},
): Promise<string> {
  const { git } = octokit.rest;
  const { data: base } = await octokit.rest.repos.getCommit({ ...sums, ref: parent });
  const entry = { path, mode: '100644', type: 'blob', content } as const;
  const tree = await git.createTree({ ...sums, base_tree: base.commit.tree.sha, tree: [entry] });
  const commit = await git.createCommit({
    ...sums,
    message: `Change ${path}`,
    tree: tree.data.sha,
    parents: [base.sha],
  });
  if (branch !== undefined) {
    await git.createRef({ ...sums, ref: `refs/heads/${branch}`, sha: commit.data.sha });
  }
  return commit.data.sha;
}

interface RefusalBody {
  message: string;
  errors?: (string | { message?: string; code: string })[];
}

/** What GitHub refused with: status and message, with the messages of single errors. */
export async function refusalOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'not refused';
  } catch (error) {
    const { status, response } = error as { status?: number; response?: { data: RefusalBody } };
    if (status === undefined || response === undefined) throw error;
    const body = response.data;
    const details = (body.errors ?? []).map((one) =>
      typeof one === 'string' ? one : (one.message ?? one.code),
    );
    return [`${status} ${body.message}`, ...details].join(': ');
  }
}
