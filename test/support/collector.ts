import { startHttpServer } from './http-server.ts';

/** A span as OpenTelemetry's JSON over HTTP has it, its attributes as an object. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  seconds: number;
  attributes: Record<string, unknown>;
  failed: boolean;
}

interface WireSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: WireAttribute[];
  status: { code?: number };
}
interface WireAttribute {
  key: string;
  value: Record<string, unknown>;
}
interface WireResource {
  resource: { attributes: WireAttribute[] };
  scopeSpans: { spans: WireSpan[] }[];
}

/** A collector of traces: takes what OpenTelemetry sends over HTTP. */
export async function startCollector() {
  const server = await startHttpServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const resources = (): WireResource[] =>
    server.requests.flatMap(({ body }) => JSON.parse(body.toString()).resourceSpans as WireResource[]);
  return {
    url: server.url,
    requests: server.requests,
    spans: (): CollectedSpan[] =>
      resources()
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
        .map(readSpan),
    resource: () => attributesOf(resources()[0]?.resource.attributes ?? []),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function readSpan(span: WireSpan): CollectedSpan {
  const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    seconds: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e9,
    attributes: attributesOf(span.attributes),
    failed: span.status.code === 2,
  };
}

function attributesOf(attributes: WireAttribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
