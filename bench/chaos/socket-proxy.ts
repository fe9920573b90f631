import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A socket that leads to another one, and can be cut. */
export interface SocketProxy extends AsyncDisposable {
  path: string;
  /** Breaks all connections and takes no new ones. */
  cut(): Promise<void>;
  open(): Promise<void>;
}

export async function startSocketProxy(path: string, target: string): Promise<SocketProxy> {
  const sockets = new Set<Socket>();
  let server: Server | null = null;

  function join(near: Socket): void {
    const far = createConnection({ path: target, allowHalfOpen: true });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroySoon();
      });
      from.pipe(to);
    }
  }

  async function open(): Promise<void> {
    server = createServer({ allowHalfOpen: true }, join).listen(path);
    await once(server, 'listening');
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = null;
    closing?.close();
    for (const socket of sockets) socket.destroy();
    if (closing !== null) await once(closing, 'close');
  }

  await open();
  return { path, cut, open, [Symbol.asyncDispose]: cut };
}
