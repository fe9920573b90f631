import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request on its way: before the server behind got it, when that is done with it, amid the answer, after it. */
export type Moment = 'arrived' | 'applied' | 'middle' | 'sent';

export interface Passing {
  method: string;
  url: string;
  body: Buffer;
  /** Milliseconds of `performance.now`. */
  at: number;
}

/** Hears of each moment. After `cut` the request goes no further and its connection is broken. */
export type Watch = (passing: Passing, moment: Moment) => Promise<'go' | 'cut'>;

export interface Gateway extends AsyncDisposable {
  url: string;
  /** Everything that came, in order. */
  passed: Passing[];
}

/** Stands before an HTTP server of this process, so that something can be done while a request is under way. */
export async function startGateway(target: string, watch: Watch): Promise<Gateway> {
  const passed: Passing[] = [];
  const server = createServer((incoming, response) => {
    response.on('error', () => {}); // the client may go at any time
    pass(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: own,
    passed,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => {});
    },
  };

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const passing = { method, url, body: await buffer(incoming), at: performance.now() };
    passed.push(passing);
    const isOver = async (moment: Moment) => {
      if ((await watch(passing, moment)) === 'go') return false;
      response.destroy();
      return true;
    };
    if (await isOver('arrived')) return;
    const { status, headers, body } = await forward(target, incoming, passing);
    if (await isOver('applied')) return;
    const { link } = headers;
    // the next page is asked for here as well
    const next = link === undefined ? {} : { link: String(link).replaceAll(new URL(target).origin, own) };
    response.writeHead(status, { ...headers, ...next });
    const half = Math.ceil(body.length / 2);
    await write(response, body.subarray(0, half));
    if (await isOver('middle')) return;
    await write(response, body.subarray(half));
    response.end();
    await isOver('sent');
  }
}

async function forward(target: string, { headers }: IncomingMessage, { method, url, body }: Passing) {
  const { 'transfer-encoding': _, connection: __, host: ___, ...kept } = headers;
  const onward = request(`${target}${url}`, {
    method,
    headers: { ...kept, 'content-length': body.length },
    agent: false,
  });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const {
    'transfer-encoding': ____,
    connection: _____,
    'content-length': ______,
    ...answered
  } = answer.headers;
  return { status: answer.statusCode ?? 502, headers: answered, body: await buffer(answer) };
}

function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (bytes.length === 0 || response.destroyed) resolve();
    else response.write(bytes, () => resolve());
  });
}
