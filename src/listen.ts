import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperationalError } from './core/errors.ts';

/** An HTTP server that listens until it is disposed of. */
export interface Listening extends AsyncDisposable {
  url: string;
}

/** How long a stop waits for requests that are half sent: nothing else ends those. */
const lastAnswersWithinMs = 3000;

/** Lets a server listen. `variable` is the one that its port comes from. */
export async function listen(
  server: Server,
  { host, port, variable }: { host: string; port: number; variable: string },
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, `${host}:${port}`, variable)));
    server.listen(port, host, resolve);
  });
  const { address, family, port: given } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${given}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const impatient = setTimeout(() => server.closeAllConnections(), lastAnswersWithinMs);
      await closed;
      clearTimeout(impatient);
    },
  };
}

function cannotListen(error: Error, where: string, variable: string): OperationalError {
  return new OperationalError(
    'bad_config',
    `Nothing can listen on ${where} (${error.message}): look at HOST and ${variable}, and whether another program has the port.`,
    { cause: error },
  );
}
