import { createServer } from 'node:http';
import { messageOf } from './core/errors.ts';
import { type Listening, listen } from './listen.ts';
import { answer, answerHealth } from './server.ts';

export interface MetricsServerOptions {
  host: string;
  port: number;
  /** What is wrong, in words; empty when all is well. */
  health(): Promise<string[]>;
  metrics(): Promise<{ text: string; contentType: string }>;
}

/** The operators' own HTTP server: /metrics and /healthz. It never shares a port with what the internet reaches. */
export function startMetricsServer({ health, metrics, ...where }: MetricsServerOptions): Promise<Listening> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET') return answer(response, 405, 'it is only read', { allow: 'GET' });
    if (path === '/healthz') return answerHealth(response, await health());
    if (path !== '/metrics') return answer(response, 404, 'nothing is here but /metrics and /healthz');
    try {
      const { text, contentType } = await metrics();
      answer(response, 200, text.trimEnd(), { 'content-type': contentType });
    } catch (error) {
      answer(response, 500, `the metrics cannot be read: ${messageOf(error)}`);
    }
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  return listen(server, { ...where, variable: 'AI_FIX_METRICS_PORT' });
}
