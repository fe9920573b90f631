import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface HttpRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export interface HttpServer extends AsyncDisposable {
  url: string;
  /** Every request that came, in order. */
  requests: HttpRequest[];
}

/** A real HTTP server for one test. `answer` gets each request with its whole body. */
export async function startHttpServer(
  answer: (request: HttpRequest, response: ServerResponse, number: number) => void,
): Promise<HttpServer> {
  const requests: HttpRequest[] = [];
  const server = createServer(async (incoming, response) => {
    response.on('error', () => {}); // the client may go at any time
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await buffer(incoming) };
    answer(request, response, requests.push(request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
