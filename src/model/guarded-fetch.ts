import { messageOf } from '../core/errors.ts';
import { ModelFault } from './fault.ts';

export interface FetchLimits {
  /** Seconds until the response headers. */
  headersSeconds: number;
  /** Seconds without a single byte, keep-alive comments included. */
  idleSeconds: number;
  maximumBytes: number;
}

export const defaultFetchLimits: FetchLimits = {
  headersSeconds: 300, // a proxy may keep them back until the first token
  idleSeconds: 300,
  maximumBytes: 256 * 1024 * 1024,
};

/** At the start of a line only: within an event, the same text is the model's. */
const doneMark = /[\r\n]data: ?\[DONE\]/;
const maximumErrorBytes = 64 * 1024;

/**
 * A `fetch` for streamed completions that notices what the SDK does not: an answer that is no event stream, a stream
 * that stops without its end mark, one that falls silent, one without end. The fault is thrown from the body and
 * also kept in `fault`, because the SDK ends some broken streams without an error.
 */
export function createGuardedFetch(limits: FetchLimits) {
  const state: { fault: ModelFault | null; done: boolean } = { fault: null, done: false };
  const fail = (fault: ModelFault): ModelFault => {
    state.fault ??= fault;
    return state.fault;
  };

  async function guardedFetch(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const aborter = new AbortController();
    const signal = init.signal ? AbortSignal.any([init.signal, aborter.signal]) : aborter.signal;
    const timer = setTimeout(
      () => aborter.abort(fail(new ModelFault('timeout', `no answer within ${limits.headersSeconds} s`))),
      limits.headersSeconds * 1000,
    );
    try {
      const response = await fetch(url, { ...init, signal });
      if (!response.ok) return await withLimitedBody(response);
      const type = response.headers.get('content-type') ?? '';
      if (!type.includes('text/event-stream')) {
        const start = (await readAtMost(response, 300)).replace(/\s+/g, ' ');
        throw fail(
          new ModelFault('not_a_stream', `the answer is ${type || 'untyped'}, not an event stream: ${start}`),
        );
      }
      return new Response(watch(response, aborter), response);
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw state.fault ?? fail(new ModelFault('unreachable', describe(error), { cause: error }));
    } finally {
      clearTimeout(timer);
    }
  }

  function watch(response: Response, aborter: AbortController): ReadableStream<Uint8Array> | null {
    let bytes = 0;
    let end = '\n';
    let idle: NodeJS.Timeout;
    const rearm = () => {
      clearTimeout(idle);
      idle = setTimeout(
        () => aborter.abort(fail(new ModelFault('timeout', `nothing came for ${limits.idleSeconds} s`))),
        limits.idleSeconds * 1000,
      ).unref();
    };
    rearm();
    const guard = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        const seen = end + Buffer.from(chunk).toString('latin1');
        end = seen.slice(-64);
        state.done ||= doneMark.test(seen);
        if (state.done)
          clearTimeout(idle); // the reader goes now, and nobody would clear it later
        else rearm();
        if (bytes > limits.maximumBytes) {
          controller.error(
            fail(new ModelFault('too_large', `the answer is over ${limits.maximumBytes} bytes`)),
          );
          aborter.abort();
        } else controller.enqueue(chunk);
      },
      flush(controller) {
        clearTimeout(idle);
        if (!state.done)
          controller.error(fail(new ModelFault('cut_stream', 'the stream ended before its end mark')));
      },
      cancel() {
        clearTimeout(idle);
      },
    });
    return response.body?.pipeThrough(guard, { signal: aborter.signal }) ?? null;
  }

  return { fetch: guardedFetch, state };
}

async function withLimitedBody(response: Response): Promise<Response> {
  return new Response(await readAtMost(response, maximumErrorBytes), response);
}

async function readAtMost(response: Response, limit: number): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= limit) break;
  }
  return text.slice(0, limit);
}

function describe(error: unknown): string {
  const cause = (error as { cause?: { code?: string; message?: string } }).cause;
  return cause?.code ?? cause?.message ?? messageOf(error);
}
