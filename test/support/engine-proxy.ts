import { request } from 'node:http';
import Docker from 'dockerode';
import { startHttpServer } from './http-server.ts';

/** Where a request is sent on to; null: it is never answered. */
type Rewrite = (method: string, url: string) => string | null;

/** Stands before the Docker Engine, and changes or swallows what is asked of it. What takes over a connection does not work. */
export async function startEngineProxy(rewrite: Rewrite) {
  const socketPath = '/var/run/docker.sock';
  const server = await startHttpServer(({ method, url, headers, body }, response) => {
    const path = rewrite(method, url);
    if (path === null) return;
    const asking = request({ socketPath, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    asking.on('error', () => response.destroy());
    asking.end(body);
  });
  const { hostname: host, port } = new URL(server.url);
  return {
    /** For DOCKER_HOST. */
    address: `tcp://${host}:${port}`,
    docker: new Docker({ host, port, protocol: 'http' }),
    requests: server.requests,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
