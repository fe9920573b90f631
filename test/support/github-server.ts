import { generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Repository } from '../../src/core/trigger.ts';
import { createGitHub, type GitHubOptions } from '../../src/github/connection/client.ts';
import { type HttpRequest, startHttpServer } from './http-server.ts';

/** One endpoint: what it answers, after it did what it does. */
export type Endpoint = (call: Call) => Promise<Answer> | Answer;
interface Call {
  /** What the pattern's groups found in the path. */
  parts: string[];
  query: URLSearchParams;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are what a test reads from them
  body: any;
  request: HttpRequest;
}
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** How an answer gets lost after the work was done. */
export const losses = ['502', 'reset', 'hang', 'html', 'cut', 'empty'] as const;
export type Loss = (typeof losses)[number];

export const token = `ghs_2_${'canary.token-'.repeat(40)}end`;
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

export const repository: Repository = {
  host: 'github.com',
  installation: 7,
  id: 42,
  owner: 'ann',
  name: 'sums',
};
export const me = { appId: 2, slug: 'ai-fix', userId: 900, login: 'ai-fix[bot]' };
export const bot = { id: 900, login: 'ai-fix[bot]', type: 'Bot' };
export const person = { id: 5, login: 'ann', type: 'User' };

/**
 * GitHub's side of a test: endpoints by `METHOD /path` with groups, and answers that get lost. Every request is kept.
 * A full local GitHub is in src/demo; this one is for faults, and for what is on the wire.
 */
export async function startGitHub(endpoints: Record<string, Endpoint>) {
  const lost: { call: RegExp; loss: Loss; times: number }[] = [];
  const all: Record<string, Endpoint> = {
    ...endpoints,
    'POST /app/installations/(\\d+)/access_tokens': () => ({
      status: 201,
      body: { token, expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} },
    }),
  };
  const answerTo = async (request: HttpRequest): Promise<Answer> => {
    const url = new URL(request.url, 'http://host');
    const called = `${request.method} ${decodeURIComponent(url.pathname)}`;
    for (const [pattern, endpoint] of Object.entries(all)) {
      const match = new RegExp(`^${pattern}$`).exec(called);
      if (match === null) continue;
      const body = request.body.length === 0 ? {} : JSON.parse(request.body.toString());
      return endpoint({ parts: match.slice(1), query: url.searchParams, body, request });
    }
    return { status: 404, body: { message: 'Not Found' } };
  };
  const server = await startHttpServer(async (request, response) => {
    const answer = await answerTo(request);
    const called = `${request.method} ${request.url}`;
    const loss = lost.find(({ call, times }) => times > 0 && call.test(called));
    if (loss === undefined) return send(response, answer);
    loss.times--;
    lose(response, loss.loss, answer);
  });
  const github = (options: Partial<GitHubOptions> = {}) =>
    createGitHub({ appId: me.appId, privateKey, apiUrl: server.url, pace: fast, ...options });
  return {
    ...server,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    github,
    octokit: github().forRepository(repository, 'publish'),
    /** Does the work of the next calls like this one, and loses their answers. */
    lose: (call: RegExp, loss: Loss, times = 1) => void lost.push({ call, loss, times }),
    calls: (pattern: RegExp) =>
      server.requests
        .filter(({ method, url }) => pattern.test(`${method} ${url}`))
        .map(({ body }) => (body.length === 0 ? null : JSON.parse(body.toString()))),
  };
}

/** GitHub's times would make tests slow; `answer` is the wait for a server that hangs. */
const fast = {
  betweenWrites: 0,
  betweenNotifications: 0,
  beforeRepetition: 1,
  answer: 400,
  rateLimit: 0,
};

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function lose(response: ServerResponse, loss: Loss, { status, body }: Answer): void {
  const json = { 'content-type': 'application/json' };
  switch (loss) {
    case '502':
      send(response, { status: 502, body: { message: 'Server Error' } });
      break;
    case 'reset':
      response.destroy();
      break;
    case 'hang':
      break;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Unicorn!</html>');
      break;
    case 'cut':
      response.writeHead(status, json).end(JSON.stringify(body ?? {}).slice(0, -1));
      break;
    case 'empty':
      response.writeHead(status === 204 ? 200 : status, json).end();
  }
}
