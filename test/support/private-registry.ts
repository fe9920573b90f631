import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import tar from 'tar-stream';
import { testEngine } from './sandbox.ts';
import { storedZip } from './stored-zip.ts';

export interface PrivateRegistry extends AsyncDisposable {
  /** Host and port, as containers reach it. */
  host: string;
  /** Paths that were asked for with the token, and without. */
  served: string[];
  refused: string[];
}

/**
 * A registry for npm and for pip on the bridge of the Engine, with one package each (`@acme/answer`, `acme-answer`), which
 * it gives only to who shows the token: as a bearer to npm, as the password of a user to pip.
 */
export async function startPrivateRegistry(token: string): Promise<PrivateRegistry> {
  const { docker } = await testEngine();
  const { IPAM } = await docker.getNetwork('bridge').inspect();
  const tarball = await npmPackage();
  const served: string[] = [];
  const refused: string[] = [];
  let host = '';
  const basic = `Basic ${Buffer.from(`reader:${token}`).toString('base64')}`;
  const answers: Record<string, () => [type: string, body: Buffer]> = {
    '/npm/@acme/answer': () => ['application/json', Buffer.from(npmDocument(host, tarball))],
    '/npm/@acme/answer/-/answer-1.0.0.tgz': () => ['application/octet-stream', tarball],
    '/simple/acme-answer/': () => ['text/html', Buffer.from(`<a href="/${wheelName}">${wheelName}</a>`)],
    [`/${wheelName}`]: () => ['application/octet-stream', wheel()],
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = decodeURIComponent(request.url ?? '');
    const { authorization } = request.headers;
    if (authorization !== `Bearer ${token}` && authorization !== basic) {
      refused.push(path);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="acme"' }).end('who are you?');
      return;
    }
    served.push(path);
    const answer = answers[path]?.();
    if (answer === undefined) response.writeHead(404).end('no such package');
    else response.writeHead(200, { 'content-type': answer[0] }).end(answer[1]);
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  host = `${IPAM?.Config?.[0]?.Gateway}:${(server.address() as AddressInfo).port}`;
  return {
    host,
    served,
    refused,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function npmPackage(): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name: 'package/package.json' }, JSON.stringify({ name: '@acme/answer', version: '1.0.0' }));
  pack.entry({ name: 'package/index.js' }, 'module.exports = 42;\n');
  pack.finalize();
  return gzipSync(await buffer(pack));
}

function npmDocument(host: string, tarball: Buffer): string {
  const dist = {
    tarball: `http://${host}/npm/@acme/answer/-/answer-1.0.0.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
  };
  const version = { name: '@acme/answer', version: '1.0.0', dist };
  return JSON.stringify({
    name: '@acme/answer',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': version },
  });
}

const wheelName = 'acme_answer-1.0.0-py3-none-any.whl';

function wheel(): Buffer {
  const information = 'acme_answer-1.0.0.dist-info';
  return storedZip({
    'acme_answer.py': 'ANSWER = 42\n',
    [`${information}/METADATA`]: 'Metadata-Version: 2.1\nName: acme-answer\nVersion: 1.0.0\n',
    [`${information}/WHEEL`]:
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${information}/RECORD`]: '',
  });
}
