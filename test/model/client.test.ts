import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/core/conversation.ts';
import { OperationalError } from '../../src/core/errors.ts';
import { parseScript, type ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { createModel } from '../../src/model/client.ts';
import { costOf, pricesAt } from '../../src/model/prices.ts';
import { type HttpServer, startHttpServer } from '../support/http-server.ts';
import {
  ask,
  delta,
  done,
  event,
  question,
  sendStream,
  shortAnswer,
  startStream,
  testModel,
  tools,
} from '../support/model.ts';

function scripted(script: ScriptInput, key = 'scripted-key'): Promise<ScriptedModel> {
  return startScriptedModel({ script: parseScript(script), key });
}

/** A server that gives the same stream to every request. */
function streaming(text: string): Promise<HttpServer> {
  return startHttpServer((_, response) => sendStream(response, text));
}

async function errorOf(promise: Promise<unknown>): Promise<OperationalError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OperationalError);
  return error as OperationalError;
}

describe('a request', () => {
  let server: HttpServer;
  beforeAll(async () => {
    server = await streaming(shortAnswer);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function bodyOf(changes: Parameters<typeof testModel>[1], messages: Message[] = question) {
    await testModel(server.url, changes).complete({
      messages,
      tools,
      signal: new AbortController().signal,
      onRetry: async () => {},
    });
    return server.requests.at(-1)?.body.toString() ?? '';
  }

  it('has V4’s own properties at the top level and nothing that V4 refuses or does not know', async () => {
    const body = JSON.parse(await bodyOf({ effort: 'max', userId: 'someone', maximumOutputTokens: 500 }));
    expect(body).toEqual({
      model: 'deepseek-v4-pro',
      tools,
      messages: question,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 500,
      thinking: { type: 'enabled' },
      reasoning_effort: 'max',
      user_id: 'someone',
    });
  });

  it.each(['vllm', 'sglang'] as const)('switches thinking in the chat template of %s', async (server) => {
    const body = JSON.parse(await bodyOf({ server, effort: 'max' }));
    expect(body).toMatchObject({
      reasoning_effort: 'max',
      chat_template_kwargs: { thinking: true, enable_thinking: true, reasoning_effort: 'max' },
    });
    expect(Object.keys(body)).not.toContain('thinking');
    expect(Object.keys(body)).not.toContain('user_id');
  });

  it('carries the key and goes to the endpoint’s path', async () => {
    await bodyOf({ apiKey: 'secret' });
    expect(server.requests.at(-1)).toMatchObject({
      url: '/chat/completions',
      headers: { authorization: 'Bearer secret' },
    });
  });

  it('never asks for more output than the model can give', async () => {
    expect(JSON.parse(await bodyOf({ maximumOutputTokens: 900_000 })).max_tokens).toBe(384_000);
  });

  it('is the same bytes for the same history, and a longer history only adds to it', async () => {
    const first = await bodyOf({});
    expect(await bodyOf({})).toBe(first);
    const longer = await bodyOf({}, [...question, { role: 'user', content: 'more' }]);
    const shared = first.slice(0, first.indexOf(']', first.indexOf('"messages"')));
    expect(longer.startsWith(shared)).toBe(true);
  });

  it('gives back every message as it was, reasoning and argument text included', async () => {
    const history: Message[] = [
      ...question,
      {
        role: 'assistant',
        content: '',
        reasoning_content: 'Hm.\n\n 中文 \u2028 \\',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'bash', arguments: '{ "command" :  "ls"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '(no output)' },
      { role: 'assistant', content: 'x', reasoning_content: '' },
      { role: 'user', content: 'go on' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'The images:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
        ],
      },
    ];
    const body = await bodyOf({}, history);
    expect(body).toContain(`"messages":${JSON.stringify(history)}`);
  });
});

describe('a turn', () => {
  it('is joined from reasoning, content and several calls, and can be sent back as it is', async () => {
    await using server = await scripted({
      turns: [
        {
          reasoning: 'Ich denke: 先看代码 🤔, dann handle ich. '.repeat(5),
          content: 'Moment – ich schaue nach. '.repeat(3),
          calls: [
            { name: 'bash', arguments: { command: 'cat <<"END"\nä €\t"quoted" \\ \u0001\nEND' } },
            { name: 'str_replace_editor', arguments: { command: 'view', path: '/workspace/ü.js' } },
            { name: 'bash', arguments: { command: 'ls' } },
          ],
        },
        { content: 'Done.' },
      ],
    });
    const model = testModel(server.url);
    const { turn, faults } = await ask(model);
    expect(faults).toEqual([]);
    expect(turn.finishReason).toBe('tool_calls');
    expect(turn.message.reasoning_content).toBe('Ich denke: 先看代码 🤔, dann handle ich. '.repeat(5));
    expect(turn.message.content).toBe('Moment – ich schaue nach. '.repeat(3));
    const calls = turn.message.tool_calls ?? [];
    expect(calls.map(({ function: { name, arguments: text } }) => [name, JSON.parse(text)])).toEqual([
      ['bash', { command: 'cat <<"END"\nä €\t"quoted" \\ \u0001\nEND' }],
      ['str_replace_editor', { command: 'view', path: '/workspace/ü.js' }],
      ['bash', { command: 'ls' }],
    ]);

    const answers = calls.map(({ id }): Message => ({ role: 'tool', tool_call_id: id, content: 'ok' }));
    const second = await ask(model, [...question, turn.message, ...answers]);
    expect(second.turn.message.content).toBe('Done.');
    expect(second.turn.usage.cacheHitTokens).toBeGreaterThan(turn.usage.outputTokens);
  });

  it('survives a stream that is cut into single bytes', async () => {
    const text = `: keep-alive\n\n${delta({ content: 'Grüße, 世界 🙂' })}${delta({}, 'stop')}${done}`;
    await using server = await startHttpServer(async (_, response) => {
      startStream(response);
      response.socket?.setNoDelay(true);
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.from([byte]));
        await new Promise(setImmediate);
      }
      response.end();
    });
    const { turn } = await ask(testModel(server.url));
    expect(turn.message.content).toBe('Grüße, 世界 🙂');
  });

  it('may have carriage returns at its line ends and no space after "data:"', async () => {
    const text = `${delta({ content: 'hello' }, 'stop')}${done}`
      .replaceAll('\n', '\r\n')
      .replaceAll(': {', ':{');
    await using server = await streaming(text.replace('data: [DONE]', 'data:[DONE]'));
    expect((await ask(testModel(server.url))).turn.message.content).toBe('hello');
  });

  it('may be reasoning alone: the model has no more to say', async () => {
    const thought = delta({ content: '', reasoning_content: 'All is done.' }, 'stop') + done;
    await using server = await startHttpServer((_, response) => sendStream(response, thought));
    const { turn, faults } = await ask(testModel(server.url));
    expect(turn.message).toEqual({ role: 'assistant', content: '', reasoning_content: 'All is done.' });
    expect(faults).toEqual([]);
  });

  it('costs what the operator says where the prices are given', async () => {
    const usage = { prompt_tokens: 3000, completion_tokens: 500, prompt_cache_hit_tokens: 1200 };
    const answer = delta({ content: 'x' }, 'stop') + event({ choices: [], usage }) + done;
    await using server = await startHttpServer((_, response) => sendStream(response, answer));
    const prices = { cacheHit: 1, cacheMiss: 10, output: 100 };
    const { turn } = await ask(testModel(server.url, { prices, model: 'my-own-model' }));
    expect(turn.usd).toBeCloseTo(0.0012 + 0.018 + 0.05, 10);
  });

  it('tells which model answered, how long it took and what it cost', async () => {
    await using server = await streaming(
      delta({ content: 'hello' }, 'stop', { usage: { prompt_tokens: 3000, completion_tokens: 500 } }) + done,
    );
    const { turn } = await ask(testModel(server.url));
    const usage = { cacheHitTokens: 0, cacheMissTokens: 3000, outputTokens: 500, reasoningTokens: 0 };
    expect(turn).toMatchObject({ model: 'served', usage });
    expect(turn.seconds).toBeGreaterThan(0);
    expect(turn.usd).toBe(costOf(usage, pricesAt('deepseek-v4-pro', new Date())));
  });

  it.each([
    [
      'on the last chunk',
      [
        { prompt_tokens: 1, completion_tokens: 1 },
        { prompt_tokens: 9, completion_tokens: 2 },
      ],
    ],
    ['on a chunk of its own after the last', [null, { prompt_tokens: 9, completion_tokens: 2 }]],
  ])('counts the usage %s', async (_, [early, late]) => {
    await using server = await streaming(
      delta({ content: 'a' }, null, { usage: early }) +
        delta({}, 'stop') +
        event({ model: 'served', choices: [], usage: late }) +
        done,
    );
    const { usage } = (await ask(testModel(server.url))).turn;
    expect(usage).toMatchObject({ cacheMissTokens: 9, outputTokens: 2 });
  });

  it.each([
    ['no usage', undefined],
    ['null', null],
    ['strings', { prompt_tokens: '9', completion_tokens: '2' }],
    ['negative numbers', { prompt_tokens: -9, completion_tokens: 2 }],
    ['half of it', { prompt_tokens: 9 }],
    ['NaN', { prompt_tokens: Number.NaN, completion_tokens: Number.NaN }],
    ['zeros', { prompt_tokens: 0, completion_tokens: 0 }],
    ['an answer of no tokens', { prompt_tokens: 900, completion_tokens: 0 }],
    ['far more input than was sent', { prompt_tokens: 1e15, completion_tokens: 2 }],
    ['far more output than may come', { prompt_tokens: 900, completion_tokens: 1e15 }],
  ])(
    'with %s from the endpoint is counted by its length, never as free and never as a fortune',
    async (_, usage) => {
      await using server = await streaming(delta({ content: 'x'.repeat(300) }, 'stop', { usage }) + done);
      const long: Message[] = [{ role: 'user', content: 'y'.repeat(3000) }];
      const { turn } = await ask(testModel(server.url), long);
      expect(turn.usage.cacheHitTokens).toBe(0);
      expect(turn.usage.cacheMissTokens).toBeGreaterThanOrEqual(1000);
      expect(turn.usage.outputTokens).toBeGreaterThanOrEqual(100);
      expect(turn.usd).toBeGreaterThan(0);
      expect(turn.usd).toBeLessThan(0.01);
    },
  );

  it('counts the tools too when it has to estimate', async () => {
    await using server = await streaming(shortAnswer);
    const description = 'z'.repeat(30_000);
    const turn = await testModel(server.url).complete({
      messages: question,
      tools: [{ type: 'function', function: { name: 'a', description, parameters: {} } }],
      signal: new AbortController().signal,
      onRetry: async () => {},
    });
    expect(turn.usage.cacheMissTokens).toBeGreaterThan(10_000);
  });
});

describe('a fault that may pass', () => {
  it.each([
    ['429', [{ status: 429 }], 'rate_limited'],
    ['500', [{ status: 500 }], 'server_error'],
    ['503', [{ status: 503 }], 'server_error'],
    ['a proxy’s 502', [{ status: 502, message: 'Bad gateway' }], 'server_error'],
    [
      '500 that speaks of the model',
      [{ status: 500, message: 'The model had an unknown error' }],
      'server_error',
    ],
    [
      '503 that speaks of a quota',
      [{ status: 503, message: 'quota service: time exceeded' }],
      'server_error',
    ],
    ['a page of HTML', [{ html: true as const }], 'not_a_stream'],
    ['an empty answer', [{ empty: true as const }], 'empty_answer'],
    ['a cut before the first byte', [{ cut: 0 }], 'cut_stream'],
    ['a cut in mid stream', [{ cut: 400 }], 'cut_stream'],
  ])('is tried again: %s', async (_, faults, kind) => {
    await using server = await scripted({ turns: [{ content: 'at last', faults }] });
    const asked = await ask(testModel(server.url));
    expect(asked.turn.message.content).toBe('at last');
    expect(asked.faults.map((fault) => fault.kind)).toEqual([kind]);
  });

  it('may come four times, of several kinds', async () => {
    await using server = await scripted({
      turns: [
        { content: 'at last', faults: [{ status: 503 }, { cut: 100 }, { html: true }, { empty: true }] },
      ],
    });
    const { faults } = await ask(testModel(server.url));
    expect(faults.map(({ kind }) => kind)).toEqual([
      'server_error',
      'cut_stream',
      'not_a_stream',
      'empty_answer',
    ]);
  });

  it('waits as long as the endpoint asks with Retry-After, and by its own measure otherwise', async () => {
    await using server = await scripted({
      turns: [{ content: 'x', faults: [{ status: 429, retry_after: 0.03 }, { status: 503 }] }],
    });
    const { waits } = await ask(testModel(server.url, { backoff: (attempt) => 1 + attempt }));
    expect(waits).toEqual([0.03, 0.002]);
  });

  it.each([
    ['a date', () => new Date(Date.now() + 30_000).toUTCString(), 28, 30],
    ['a date that is over', () => new Date(Date.now() - 30_000).toUTCString(), 0, 0],
    ['nothing that can be read', () => 'soon', 0, 0],
    ['a number below nothing', () => '-5', 0, 0],
    ['no number', () => 'Infinity', 0, 0],
  ])('reads a Retry-After that is %s', async (_, retryAfter, least, most) => {
    await using server = await startHttpServer((_, response) =>
      response.writeHead(503, { 'retry-after': retryAfter() }).end(),
    );
    const aborter = new AbortController();
    let waited = -1;
    const asking = testModel(server.url).complete({
      messages: question,
      tools,
      signal: aborter.signal,
      async onRetry(_, seconds) {
        waited = seconds;
        aborter.abort(new Error('seen'));
      },
    });
    await expect(asking).rejects.toThrow('seen');
    expect(waited).toBeGreaterThanOrEqual(least);
    expect(waited).toBeLessThanOrEqual(most);
  });

  it('waits half a second or so before the second try when nothing else is said', async () => {
    await using server = await scripted({ turns: [{ content: 'x', faults: [{ status: 503 }] }] });
    const aborter = new AbortController();
    const waits: number[] = [];
    const asking = createModel({
      baseUrl: server.url,
      apiKey: server.key,
      model: 'deepseek-v4-pro',
      effort: 'high',
      userId: 'tests',
      maximumOutputTokens: 10,
    }).complete({
      messages: question,
      tools,
      signal: aborter.signal,
      async onRetry(_, seconds) {
        waits.push(seconds);
        aborter.abort(new Error('seen'));
      },
    });
    await expect(asking).rejects.toThrow('seen');
    expect(waits[0]).toBeGreaterThanOrEqual(0.45);
    expect(waits[0]).toBeLessThanOrEqual(0.55);
  });

  it('gives up at once when the endpoint asks to wait for very long, and says so', async () => {
    await using server = await scripted({
      turns: [{ content: 'x', faults: [{ status: 429, message: 'later', retry_after: 3600 }] }],
    });
    const error = await errorOf(ask(testModel(server.url)));
    expect(error.code).toBe('model_rate_limited');
    expect(error.message).toContain('3600');
    expect(error.message).not.toContain('5 tries');
    expect(server.requests).toHaveLength(0);
  });

  it('ends the run after five tries, with what went wrong last and what to do', async () => {
    await using server = await startHttpServer((_, response) => {
      response.writeHead(503, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"Server overloaded"}}');
    });
    const error = await errorOf(ask(testModel(server.url)));
    expect(server.requests).toHaveLength(5);
    expect(error.code).toBe('model_broken_answer');
    expect(error.message).toMatch(/Server overloaded.*5 tries.*run again/s);
  });

  it('of an endpoint that nobody serves ends as unreachable', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const error = await errorOf(ask(testModel(`http://127.0.0.1:${port}`)));
    expect(error.code).toBe('model_unreachable');
    expect(error.message).toMatch(/ECONNREFUSED.*DEEPSEEK_BASE_URL/);
  });

  it('of a connection that breaks before the headers is tried again', async () => {
    await using server = await startHttpServer((_, response, number) => {
      if (number === 1) response.destroy();
      else sendStream(response, shortAnswer);
    });
    const { faults } = await ask(testModel(server.url));
    expect(faults.map(({ kind }) => kind)).toEqual(['unreachable']);
  });

  it('is not a call that the server left in the text: the loop tells the model of it', async () => {
    const content = 'Now:\n<｜DSML｜tool_calls><｜DSML｜invoke name="bash">';
    await using server = await streaming(delta({ content }, 'tool_calls') + done);
    const { turn, faults } = await ask(testModel(server.url));
    expect(turn.message.content).toBe(content);
    expect(faults).toEqual([]);
  });

  it.each([
    ['without a finish reason', delta({ content: 'hello' }) + done],
    ['that ran out of resources', delta({ content: 'hel' }, 'insufficient_system_resource') + done],
    ['with neither text nor calls', delta({ content: '', reasoning_content: '' }, 'stop') + done],
    [
      'that announces calls and has none',
      delta({ content: 'a', reasoning_content: 'b' }, 'tool_calls') + done,
    ],
    ['with an error in mid stream', delta({ content: 'hel' }) + event({ error: { message: 'oops' } }) + done],
    ['with an event that is not JSON', `${delta({ content: 'hel' })}data: {"choices"\n\n${done}`],
    ['that is no stream but says it is', '{"choices":[{"message":{"content":"hello"}}]}'],
    ['with nothing in it', ''],
  ])('is tried again: an answer %s', async (_, broken) => {
    await using server = await startHttpServer((_, response, number) =>
      sendStream(response, number === 1 ? broken : shortAnswer),
    );
    const { turn, faults } = await ask(testModel(server.url));
    expect(turn.message.content).toBe('hello');
    expect(faults).toHaveLength(1);
  });

  it('of an answer without end is noticed by its size', async () => {
    const limits = { headersSeconds: 5, idleSeconds: 5, maximumBytes: 10_000 };
    await using server = await startHttpServer((_, response, number) => {
      if (number > 1) return sendStream(response, shortAnswer);
      startStream(response);
      const pump = () => {
        while (!response.destroyed) if (!response.write(delta({ content: 'x'.repeat(100) }))) return;
      };
      response.on('drain', pump);
      pump();
    });
    const { faults } = await ask(testModel(server.url, { limits }));
    expect(faults.map(({ kind }) => kind)).toEqual(['too_large']);
  });
});

describe('the end mark of a stream', () => {
  it('is not the same text in an answer', async () => {
    await using server = await startHttpServer((_, response, number) => {
      if (number > 1) return sendStream(response, shortAnswer);
      startStream(response).write(delta({ content: 'data: [DONE]' }), () =>
        setImmediate(() => response.end(delta({}, 'stop'))),
      );
    });
    const { turn, faults } = await ask(testModel(server.url));
    expect(faults.map(({ kind }) => kind)).toEqual(['cut_stream']);
    expect(turn.message.content).toBe('hello');
  });
});

describe('a turn that is cut', () => {
  const whole =
    ': keep-alive\n\n' +
    delta({ role: 'assistant', content: null, reasoning_content: '' }) +
    delta({ reasoning_content: 'Ä' }) +
    delta({ content: 'data: [DONE]' }) +
    delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'bash', arguments: '{}' } }] }) +
    delta({ tool_calls: [{ index: 1, id: 'b', function: { name: 'bash', arguments: '{"c":' } }] }) +
    delta({ tool_calls: [{ index: 1, function: { arguments: '"d"}' } }] }) +
    delta({ content: '' }, 'tool_calls') +
    event({ model: 'served', choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } }) +
    done;
  const bytes = Buffer.from(whole);
  const endMark = bytes.lastIndexOf('data: [DONE]');

  it.each([
    ['ends properly', (response: ServerResponse) => response.end()],
    ['breaks', (response: ServerResponse) => response.destroy()],
  ])('at any byte is never taken for a whole one, when the connection %s', async (_, close) => {
    await using server = await startHttpServer(({ url }, response) => {
      const offset = Number(/cut\/(\d+)/.exec(url)?.[1]);
      const isFirst = server.requests.filter((request) => request.url === url).length === 1;
      if (!isFirst) return sendStream(response, whole);
      startStream(response).write(bytes.subarray(0, offset), () => close(response));
    });
    const expected = (await ask(testModel(`${server.url}/cut/${bytes.length}`))).turn;
    expect(expected.message.tool_calls).toHaveLength(2);
    const offsets = Array.from({ length: bytes.length }, (_, offset) => offset);
    const noticed: number[] = [];
    await inParallel(8, offsets, async (offset) => {
      const { turn, faults } = await ask(testModel(`${server.url}/cut/${offset}`));
      expect([turn.message, turn.finishReason, turn.usage]).toEqual([
        expected.message,
        expected.finishReason,
        expected.usage,
      ]);
      if (faults.length > 0) noticed.push(offset);
    });
    const before = offsets.filter((offset) => offset < endMark);
    expect(noticed.sort((a, b) => a - b)).toEqual(expect.arrayContaining(before));
  });
});

/** Works through a list, so many at a time. */
async function inParallel<T>(
  workers: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}

describe('a silence', () => {
  const limits = { headersSeconds: 0.2, idleSeconds: 0.2, maximumBytes: 1e6 };

  it('in mid stream is noticed, and the turn is asked for again', async () => {
    await using server = await scripted({ turns: [{ content: 'hello', faults: [{ hang: 400 }] }] });
    const { turn, faults } = await ask(testModel(server.url, { limits }));
    expect(turn.message.content).toBe('hello');
    expect(faults[0]).toMatchObject({ kind: 'timeout', message: 'nothing came for 0.2 s' });
  });

  it('right after the headers is noticed', async () => {
    await using server = await startHttpServer((_, response, number) => {
      if (number === 1) startStream(response).flushHeaders();
      else sendStream(response, shortAnswer);
    });
    const { faults } = await ask(testModel(server.url, { limits }));
    expect(faults[0]?.kind).toBe('timeout');
  });

  it('before the headers is noticed', async () => {
    await using server = await startHttpServer((_, response, number) => {
      if (number > 1) sendStream(response, shortAnswer);
    });
    const { faults } = await ask(testModel(server.url, { limits }));
    expect(faults[0]).toMatchObject({ kind: 'timeout', message: 'no answer within 0.2 s' });
  });

  it.each([
    ['an error', 500, 'application/json'],
    ['a page', 200, 'text/html'],
  ])('in the body of %s is noticed', async (_, status, type) => {
    await using server = await startHttpServer((_, response, number) => {
      if (number > 1) return sendStream(response, shortAnswer);
      response.writeHead(status, { 'content-type': type }).write('<');
    });
    const { faults } = await ask(testModel(server.url, { limits }));
    expect(faults[0]?.kind).toBe('timeout');
  });

  it('that keep-alive comments break is none, however long it lasts', async () => {
    const idleSeconds = 1;
    await using server = await startHttpServer(async (_, response) => {
      startStream(response);
      for (let beat = 0; beat < 30; beat++) {
        response.write(': keep-alive\n\n');
        await delay(50);
      }
      response.end(shortAnswer);
    });
    const { turn, faults } = await ask(
      testModel(server.url, { limits: { ...limits, headersSeconds: 5, idleSeconds } }),
    );
    expect(faults).toEqual([]);
    expect(turn.seconds).toBeGreaterThan(idleSeconds);
  });

  it('on every try ends the run as unreachable', async () => {
    await using server = await startHttpServer(() => {});
    const error = await errorOf(ask(testModel(server.url, { limits: { ...limits, headersSeconds: 0.02 } })));
    expect(error.code).toBe('model_unreachable');
  });
});

describe('a refusal', () => {
  it.each([
    [401, 'Authentication Fails', 'model_refused_key', /set DEEPSEEK_API_KEY/],
    [403, 'Forbidden', 'model_refused_key', /set DEEPSEEK_API_KEY/],
    [402, 'Insufficient Balance', 'model_out_of_money', /top it up/],
    [429, 'Insufficient balance', 'model_out_of_money', /top it up/],
    [400, 'Model Not Exist', 'model_unknown', /check AI_FIX_MODEL/],
    [404, 'not found', 'model_unknown', /check AI_FIX_MODEL and DEEPSEEK_BASE_URL/],
    [400, 'Failed to deserialize the JSON body', 'model_rejected_request', /Failed to deserialize/],
    [422, 'Invalid parameters', 'model_rejected_request', /Invalid parameters/],
    [
      400,
      "This model's maximum context length is 1000000 tokens. However, you requested 1000001 tokens",
      'context_overflow',
      /longer than the model can take/,
    ],
    [413, 'Payload Too Large', 'context_overflow', /longer than the model can take/],
  ])(
    '%i %s is not tried again, has its own code, and says what to do',
    async (status, message, code, advice) => {
      await using server = await scripted({ turns: [{ content: 'x', faults: [{ status, message }] }] });
      const error = await errorOf(ask(testModel(server.url)));
      expect(error.code).toBe(code);
      expect(error.message).toContain(message);
      expect(error.message).toMatch(advice);
      expect(server.requests).toHaveLength(0); // a second try would have been answered
    },
  );

  it('of a wrong key and an unknown model come from the endpoint itself', async () => {
    await using server = await scripted({ turns: [{ content: 'x' }] });
    expect((await errorOf(ask(testModel(server.url, { apiKey: 'wrong' })))).code).toBe('model_refused_key');
    const unknown = await errorOf(ask(testModel(server.url, { model: 'gpt-5' })));
    expect(unknown.code).toBe('model_unknown');
    expect(unknown.message).toContain('gpt-5');
  });

  it('never shows the key', async () => {
    await using server = await scripted({ turns: [{ content: 'x' }] });
    const error = await errorOf(ask(testModel(server.url, { apiKey: 'sk-very-secret' })));
    expect(JSON.stringify(error) + error.message + String(error.stack)).not.toContain('sk-very-secret');
  });

  it('with a very long text is told in short', async () => {
    await using server = await startHttpServer((_, response) => {
      response.writeHead(400).end('x'.repeat(1_000_000));
    });
    expect((await errorOf(ask(testModel(server.url)))).message.length).toBeLessThan(1000);
  });
});

describe('an answer that breaks off', () => {
  const lostOf = async (broken: string) => {
    await using server = await startHttpServer((_, response, number) =>
      sendStream(response, number === 1 ? broken : shortAnswer),
    );
    const long: Message[] = [{ role: 'user', content: 'y'.repeat(3000) }];
    const { faults } = await ask(testModel(server.url), long);
    return faults.map(({ lost }) => lost);
  };

  it('is paid as far as it came, its request as one that the cache knows', async () => {
    const [lost] = await lostOf(delta({ reasoning_content: 'x'.repeat(300) }));
    expect(lost?.usage).toMatchObject({ cacheMissTokens: 0 });
    expect(lost?.usage.cacheHitTokens).toBeGreaterThanOrEqual(1000);
    expect(lost?.usage.outputTokens).toBeGreaterThanOrEqual(100);
    expect(lost?.usd).toBeGreaterThan(0);
    expect(lost?.usd).toBeLessThan(0.01);
  });

  it('costs nothing where nothing came', async () => {
    expect(await lostOf(': keep-alive\n\n')).toEqual([null]);
  });
});

describe('a conversation that is too long', () => {
  /** A server with a context of so many tokens for what it is sent, of which the answer takes its part. */
  const withContext = (tokens: number) =>
    startHttpServer(({ body }, response) => {
      const wanted: number = JSON.parse(body.toString()).max_tokens;
      if (wanted <= tokens) return sendStream(response, shortAnswer);
      const message = `This model's maximum context length is ${tokens} tokens. However, you requested more`;
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
    });
  const roomIn = (server: HttpServer) =>
    server.requests.map(({ body }) => JSON.parse(body.toString()).max_tokens);

  it('is asked again with less room for the answer, and from then on with that', async () => {
    await using server = await withContext(20_000);
    const model = testModel(server.url, { maximumOutputTokens: 64_000 });
    const { turn, faults } = await ask(model);
    await ask(model);
    expect(turn.message.content).toBe('hello');
    expect(faults).toEqual([]);
    expect(roomIn(server)).toEqual([64_000, 16_000, 16_000]);
  });

  it('with the least room as well is refused with what the endpoint says', async () => {
    await using server = await withContext(2000);
    const error = await errorOf(ask(testModel(server.url, { maximumOutputTokens: 64_000 })));
    expect(error).toMatchObject({ code: 'context_overflow' });
    expect(error.message).toContain('maximum context length is 2000 tokens');
    expect(roomIn(server)).toEqual([64_000, 16_000, 4000]);
  });
});

describe('an abort', () => {
  const reason = new Error('the user pressed Ctrl-C');

  function asking(url: string, aborter: AbortController, changes: Parameters<typeof testModel>[1] = {}) {
    return testModel(url, changes).complete({
      messages: question,
      tools,
      signal: aborter.signal,
      onRetry: async () => {},
    });
  }

  it('before the request is sent sends none', async () => {
    await using server = await streaming(shortAnswer);
    const aborter = new AbortController();
    aborter.abort(reason);
    await expect(asking(server.url, aborter)).rejects.toBe(reason);
    expect(server.requests).toHaveLength(0);
  });

  it('while the endpoint is silent rejects with its reason, and closes the connection', async () => {
    const aborter = new AbortController();
    const closed = Promise.withResolvers<void>();
    await using server = await startHttpServer((_, response) => {
      response.on('close', () => closed.resolve());
      aborter.abort(reason);
    });
    await expect(asking(server.url, aborter)).rejects.toBe(reason);
    await closed.promise;
    expect(server.requests).toHaveLength(1);
  });

  it('in mid stream rejects with its reason, and closes the connection', async () => {
    const aborter = new AbortController();
    const closed = Promise.withResolvers<void>();
    await using server = await startHttpServer((_, response) => {
      response.on('close', () => closed.resolve());
      startStream(response).write(delta({ content: 'hel' }), () => aborter.abort(reason));
    });
    await expect(asking(server.url, aborter)).rejects.toBe(reason);
    await closed.promise;
    expect(server.requests).toHaveLength(1);
  });

  it('during the wait before another try rejects with its reason', async () => {
    await using server = await scripted({ turns: [{ content: 'x', faults: [{ status: 503 }] }] });
    const aborter = new AbortController();
    const asked = testModel(server.url, { backoff: () => 60_000 }).complete({
      messages: question,
      tools,
      signal: aborter.signal,
      onRetry: async () => {
        setImmediate(() => aborter.abort(reason));
      },
    });
    await expect(asked).rejects.toBe(reason);
  });
});
