import { startHttpServer } from './http-server.ts';

export interface Recorder extends AsyncDisposable {
  url: string;
  /** The bytes of every request, in order. */
  bodies(): Buffer[];
}

/** Stands before an endpoint of the model and keeps the bytes of what is asked. */
export async function startRecorder(url: string): Promise<Recorder> {
  const server = await startHttpServer(async (request, response) => {
    const { authorization = '' } = request.headers;
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method,
      headers: { authorization, 'content-type': 'application/json' },
      body: request.body,
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  return {
    url: server.url,
    bodies: () => server.requests.map(({ body }) => body),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
