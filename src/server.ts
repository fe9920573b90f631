import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type ApplicationFunction, createNodeMiddleware, Probot } from 'probot';
import { type Listening, listen } from './listen.ts';

export const webhookPath = '/api/github/webhooks';

/** GitHub caps payloads at 25 MB; those that ai-fix listens to stay far below this. */
const maximumBodyBytes = 5_000_000;
const headersWithinMs = 10_000;
const requestWithinMs = 15_000;

export interface ServerOptions {
  host: string;
  port: number;
  appId: number;
  privateKey: string;
  webhookSecret: string;
  apiUrl: string;
  log: Logger;
  /** What is wrong, in words; empty when all is well. */
  health(): Promise<string[]>;
  /** Told of requests that were not GitHub's, or not whole. */
  onRefusal(): void;
}

/** The one HTTP server: webhooks by way of Probot, and /healthz. */
export async function startServer(app: ApplicationFunction, options: ServerOptions): Promise<Listening> {
  const { appId, privateKey, webhookSecret, apiUrl, log } = options;
  // it would write a stack for each request that a stranger makes up; what is wrong here is told by createApp
  const silent = log.child({}, { level: 'silent' });
  const probot = new Probot({ appId, privateKey, secret: webhookSecret, baseUrl: apiUrl, log: silent });
  const webhooks = await createNodeMiddleware(app, { probot, webhooksPath: webhookPath });
  const server = createServer((request, response) => {
    route(request, response, options, webhooks).catch((error: unknown) => {
      log.error({ err: error }, 'request failed');
      if (!response.headersSent) answer(response, 500, 'something went wrong here');
    });
  });
  server.headersTimeout = headersWithinMs;
  server.requestTimeout = requestWithinMs;
  return listen(server, { host: options.host, port: options.port, variable: 'PORT' });
}

type Webhooks = Awaited<ReturnType<typeof createNodeMiddleware>>;

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  { health, log, onRefusal }: ServerOptions,
  webhooks: Webhooks,
): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path === '/healthz' && request.method === 'GET') return answerHealth(response, await health());
  if (path !== webhookPath) return answer(response, 404, 'nothing is here');
  if (request.method !== 'POST') return answer(response, 405, 'webhooks are posted', { allow: 'POST' });
  const body = await readBody(request);
  if (body === null) {
    answer(response, 413, 'the body is too large');
    // a socket closed with bytes unread is reset, and the answer is lost with it
    request.resume();
    return;
  }
  await webhooks(Object.assign(request, { body }), response);
  if (response.statusCode < 400) return;
  onRefusal();
  log.warn(
    { delivery: String(request.headers['x-github-delivery']).slice(0, 64), status: response.statusCode },
    'webhook refused',
  );
}

/** The body, or null when it is longer than allowed: the rest is left unread. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > maximumBodyBytes) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maximumBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** 200 when all is well, else 503 with a line for each thing that is not. */
export function answerHealth(response: ServerResponse, problems: readonly string[]): void {
  const isWell = problems.length === 0;
  answer(response, isWell ? 200 : 503, isWell ? 'ok' : problems.join('\n'));
}

/** Answers with a text. */
export function answer(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
}
