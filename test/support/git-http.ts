import { spawn } from 'node:child_process';
import { execa } from 'execa';
import { startHttpServer } from './http-server.ts';

/** The repositories below a directory over git's smart protocol, by git's own `http-backend`. Every request is kept. */
export async function serveGit(directory: string, authorization: string | null) {
  const { stdout: programs } = await execa('git', ['--exec-path']);
  return startHttpServer(({ method, url, headers, body }, response) => {
    if (authorization !== null && headers.authorization !== authorization) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end();
      return;
    }
    const { pathname, search } = new URL(url, 'http://host');
    const backend = spawn(`${programs}/git-http-backend`, [], {
      env: {
        GIT_PROJECT_ROOT: directory,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: method,
        CONTENT_TYPE: headers['content-type'] ?? '',
        CONTENT_LENGTH: String(body.length),
        HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
      },
    });
    backend.stdin.on('error', () => {}); // it may not read all of it
    backend.stdin.end(body);
    const chunks: Buffer[] = [];
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    backend.on('close', () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf('\r\n\r\n');
      const lines = answer.toString('latin1', 0, end).split('\r\n');
      const fields = new Map(lines.map((line) => line.split(': ') as [string, string]));
      response.statusCode = Number((fields.get('Status') ?? '200').slice(0, 3));
      fields.delete('Status');
      for (const [name, value] of fields) response.setHeader(name, value);
      response.end(answer.subarray(end + 4));
    });
  });
}
