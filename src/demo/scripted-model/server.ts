import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createPrefixCache, type TokenCount, tokens } from './prefix-cache.ts';
import type { Script, ScriptedFault, ScriptedTurn } from './script.ts';
import { isRefusal, validateRequest, type WireMessage, type WireRequest } from './validate-request.ts';

export interface ScriptedModel extends AsyncDisposable {
  /** What a client takes as its base URL. */
  url: string;
  key: string;
  /** Every request body that was accepted, in order. */
  requests: WireRequest[];
}

export interface ServerOptions {
  script: Script;
  key?: string;
  models?: readonly string[];
  port?: number;
}

const pieceLength = 24;
const outOfScript: ScriptedTurn = {
  reasoning: '',
  content: 'The script has no more turns.',
  calls: [],
  faults: [],
};

/**
 * A server that speaks DeepSeek V4's wire format and plays a script. Which turn comes is read off the request: the
 * number of answers it holds. So it has no state but its cache, the faults that it has played, and how often a task was
 * begun.
 */
export async function startScriptedModel(options: ServerOptions): Promise<ScriptedModel> {
  const key = options.key ?? 'scripted-key';
  const models = options.models ?? ['deepseek-v4-pro', 'deepseek-flash'];
  const requests: WireRequest[] = [];
  const cache = createPrefixCache();
  const played = new Map<string, number>();
  const begun = new Map<string, number>();

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    key,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => {});
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) {
      return refuse(response, 404, `no route ${request.method} ${request.url}`);
    }
    if (request.headers.authorization !== `Bearer ${key}`) {
      return refuse(response, 401, 'Authentication Fails, Your api key is invalid');
    }
    const body = await json(request).catch(() => undefined);
    const checked = validateRequest(body, models);
    if (isRefusal(checked)) return refuse(response, checked.status, checked.message);
    const { turn, id, task, position } = nextTurn(options.script, checked.messages, begun);
    const fault = turn.faults[played.get(id) ?? 0];
    if (fault !== undefined) {
      played.set(id, (played.get(id) ?? 0) + 1);
      if ('status' in fault) return refuse(response, fault.status, fault.message, fault.retry_after);
      if ('html' in fault) return sendHtml(response);
    }
    if (position === 0 && fault === undefined) begun.set(task, (begun.get(task) ?? 0) + 1);
    requests.push(checked);
    const parts = partsOf(checked);
    const input = cache.count(parts);
    cache.store(parts);
    cache.store([...parts, JSON.stringify(assistantOf(turn))]);
    await stream(
      response,
      events(checked.model, 'empty' in (fault ?? {}) ? { ...outOfScript, content: '' } : turn, input),
      fault,
    );
  }
}

interface NextTurn {
  turn: ScriptedTurn;
  id: string;
  /** The first message. */
  task: string;
  position: number;
}

function nextTurn(
  script: Script,
  messages: readonly WireMessage[],
  begun: ReadonlyMap<string, number>,
): NextTurn {
  const content = messages.find((message) => message.role === 'user')?.content ?? '';
  const text = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n');
  const position = messages.filter((message) => message.role === 'assistant').length;
  const now = (begun.get(text) ?? 0) + (position === 0 ? 1 : 0);
  const conversation = script.conversations.find(
    ({ when, attempt }) =>
      (when === undefined || text.includes(when)) && (attempt === undefined || attempt === now),
  );
  const turn = conversation?.turns[position] ?? outOfScript;
  return { turn, id: `${conversation?.attempt ?? ''} ${position} ${text}`, task: text, position };
}

function partsOf(request: WireRequest): string[] {
  const head = JSON.stringify([request.user_id ?? '', request.model, request.tools ?? []]);
  return [head, ...request.messages.map((message) => JSON.stringify(message))];
}

function assistantOf(turn: ScriptedTurn) {
  return {
    role: 'assistant',
    content: turn.content,
    reasoning_content: turn.reasoning,
    ...(turn.calls.length === 0 ? {} : { tool_calls: toolCalls(turn) }),
  };
}

function toolCalls(turn: ScriptedTurn) {
  return turn.calls.map((call, index) => ({
    id: `call_${index}_${call.name}`,
    type: 'function' as const,
    function: {
      name: call.name,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    },
  }));
}

/** The events of one answer, cut into small pieces as the real endpoint cuts them. */
function* events(model: string, turn: ScriptedTurn, input: TokenCount): Generator<string> {
  const base = {
    id: 'scripted',
    object: 'chat.completion.chunk',
    created: 0,
    model,
    system_fingerprint: 'scripted',
  };
  const chunk = (delta: object, finish: string | null = null, usage: object | null = null) =>
    `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }], usage })}\n\n`;
  yield ': keep-alive\n\n';
  yield chunk({ role: 'assistant', content: null, reasoning_content: '' });
  for (const piece of pieces(turn.reasoning)) yield chunk({ reasoning_content: piece });
  for (const piece of pieces(turn.content)) yield chunk({ content: piece });
  for (const [index, call] of toolCalls(turn).entries()) {
    const { name, arguments: text } = call.function;
    yield chunk({
      tool_calls: [{ index, id: call.id, type: 'function', function: { name, arguments: '' } }],
    });
    for (const piece of pieces(text))
      yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
  }
  const output = tokens([JSON.stringify(assistantOf(turn))]);
  const finish = turn.finish_reason ?? (turn.calls.length > 0 ? 'tool_calls' : 'stop');
  yield chunk({ content: '' }, finish, {
    prompt_tokens: input.hit + input.miss,
    completion_tokens: output,
    total_tokens: input.hit + input.miss + output,
    prompt_cache_hit_tokens: input.hit,
    prompt_cache_miss_tokens: input.miss,
    prompt_tokens_details: { cached_tokens: input.hit },
    completion_tokens_details: { reasoning_tokens: tokens([turn.reasoning]) },
  });
  yield 'data: [DONE]\n\n';
}

function* pieces(text: string): Generator<string> {
  const characters = [...text]; // never within a character
  for (let at = 0; at < characters.length; at += pieceLength)
    yield characters.slice(at, at + pieceLength).join('');
}

async function stream(
  response: ServerResponse,
  parts: Iterable<string>,
  fault: ScriptedFault | undefined,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  const whole = Buffer.from([...parts].join(''));
  const limit =
    fault === undefined ? undefined : 'cut' in fault ? fault.cut : 'hang' in fault ? fault.hang : undefined;
  response.write(whole.subarray(0, limit));
  if (fault !== undefined && 'hang' in fault) {
    await once(response, 'close');
    return;
  }
  response.end();
}

function refuse(response: ServerResponse, status: number, message: string, retryAfter?: number): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
  response.end(
    JSON.stringify({
      error: { message, type: 'invalid_request_error', param: null, code: 'invalid_request_error' },
    }),
  );
}

function sendHtml(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<!doctype html><title>Gateway</title><p>Please sign in.</p>');
}
