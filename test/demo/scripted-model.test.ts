import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/core/conversation.ts';
import { loadScript, parseScript, type ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { ask, testModel } from '../support/model.ts';

function start(script: ScriptInput): Promise<ScriptedModel> {
  return startScriptedModel({ script: parseScript(script) });
}

const user = (content: string): Message => ({ role: 'user', content });
const call = (id: string, text = '{}') => ({
  id,
  type: 'function',
  function: { name: 'bash', arguments: text },
});
const tool = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'ok' });
const assistant = (...ids: string[]) => ({
  role: 'assistant',
  content: '',
  reasoning_content: 'Hm.',
  tool_calls: ids.map((id) => call(id)),
});

/** Sends a body as it is. */
async function post(
  server: ScriptedModel,
  body: unknown,
  { key = server.key, path = '/chat/completions', method = 'POST' } = {},
): Promise<{ status: number; text: string; message: string | undefined }> {
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const message = response.ok ? undefined : JSON.parse(text).error.message;
  return { status: response.status, text, message };
}

const plain = { model: 'deepseek-v4-pro', messages: [user('hi')], stream: true };

describe('the endpoint', () => {
  let server: ScriptedModel;
  beforeAll(async () => {
    server = await start({ turns: [{ content: 'one' }] });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const deserialize = /^Failed to deserialize the JSON body/;
  const pairing = "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
  const unanswered = 'insufficient tool messages following tool_calls message';
  it.each<[string, unknown, string | RegExp]>([
    ['no JSON', '{', deserialize],
    ['no object', '[]', deserialize],
    ['no messages', { ...plain, messages: [] }, deserialize],
    ['a role that does not exist', { ...plain, messages: [{ role: 'bot', content: 'x' }] }, deserialize],
    [
      'a tool message without text',
      { ...plain, messages: [user('a'), { ...tool('x'), content: null }] },
      deserialize,
    ],
    ['an empty list of tools', { ...plain, tools: [] }, deserialize],
    ['an empty list of calls', { ...plain, messages: [user('a'), assistant()] }, deserialize],
    ['too large an output', { ...plain, max_tokens: 384_001 }, deserialize],
    ['a thinking that is no object', { ...plain, thinking: 'enabled' }, deserialize],
    ['an effort that does not exist', { ...plain, reasoning_effort: 'extreme' }, deserialize],
    ['a user id with other characters', { ...plain, user_id: 'a b' }, deserialize],
    ['a user id that is too long', { ...plain, user_id: 'a'.repeat(513) }, deserialize],
    ['an unknown model', { ...plain, model: 'deepseek-chat' }, 'Model Not Exist'],
    [
      'a required tool call',
      { ...plain, tool_choice: 'required' },
      'Thinking mode does not support this tool_choice',
    ],
    [
      'a named tool call',
      { ...plain, tool_choice: { type: 'function', function: { name: 'bash' } } },
      'Thinking mode does not support this tool_choice',
    ],
    [
      'an assistant message with neither content nor calls',
      { ...plain, messages: [user('a'), { role: 'assistant', content: null }, user('b')] },
      'content or tool_calls must be set',
    ],
    [
      'calls without their reasoning',
      { ...plain, messages: [user('a'), { ...assistant('x'), reasoning_content: undefined }, tool('x')] },
      'The `reasoning_content` in the thinking mode must be passed back to the API.',
    ],
    ['an answer without a call', { ...plain, messages: [user('a'), tool('x')] }, pairing],
    ['an answer to another call', { ...plain, messages: [user('a'), assistant('x'), tool('y')] }, pairing],
    [
      'two answers to one call',
      { ...plain, messages: [user('a'), assistant('x'), tool('x'), tool('x')] },
      pairing,
    ],
    [
      'an answer after something else',
      { ...plain, messages: [user('a'), assistant('x'), tool('x'), user('b'), tool('x')] },
      pairing,
    ],
    ['a call without an answer', { ...plain, messages: [user('a'), assistant('x')] }, unanswered],
    [
      'one answer to two calls',
      { ...plain, messages: [user('a'), assistant('x', 'y'), tool('y')] },
      unanswered,
    ],
    [
      'something between a call and its answer',
      { ...plain, messages: [user('a'), assistant('x'), user('b'), tool('x')] },
      unanswered,
    ],
    [
      'arguments that are not JSON',
      { ...plain, messages: [user('a'), { ...assistant(), tool_calls: [call('x', '{"a')] }, tool('x')] },
      /^Invalid arguments of tool call x/,
    ],
    [
      'arguments that are no object',
      { ...plain, messages: [user('a'), { ...assistant(), tool_calls: [call('x', '[1]')] }, tool('x')] },
      /^Invalid arguments of tool call x/,
    ],
  ])('answers 400 to %s', async (_, body, message) => {
    const refused = await post(server, body);
    expect(refused.status).toBe(400);
    expect(refused.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it.each<[string, object]>([
    ['the simplest request', {}],
    ['what V4 takes as effort', { reasoning_effort: 'max', thinking: { type: 'enabled' } }],
    ['a tool choice of auto or none', { tool_choice: 'auto' }],
    ['any tool choice without thinking', { tool_choice: 'required', thinking: { type: 'disabled' } }],
    ['properties that it does not know', { parallel_tool_calls: true }],
    [
      'answers in another order',
      { messages: [user('a'), assistant('x', 'y'), tool('y'), tool('x'), user('b')] },
    ],
    ['empty content', { messages: [user('a'), { role: 'assistant', content: '' }, user('b')] }],
    [
      'calls without reasoning where it does not think',
      {
        thinking: { type: 'disabled' },
        messages: [user('a'), { ...assistant('x'), reasoning_content: undefined }, tool('x')],
      },
    ],
    [
      'plain answers without reasoning',
      { messages: [user('a'), { role: 'assistant', content: 'x' }, user('b')] },
    ],
    ['parts of a user message', { messages: [{ role: 'user', content: [{ type: 'text', text: 'a' }] }] }],
  ])('takes %s', async (_, more) => {
    expect(await post(server, { ...plain, ...more })).toMatchObject({ status: 200 });
  });

  it('answers 401 to a wrong key and keeps nothing of the request', async () => {
    const before = server.requests.length;
    expect(await post(server, plain, { key: 'wrong' })).toMatchObject({
      status: 401,
      message: 'Authentication Fails, Your api key is invalid',
    });
    expect(server.requests.length).toBe(before);
  });

  it('has no other routes', async () => {
    expect((await post(server, plain, { path: '/completions' })).status).toBe(404);
    expect((await post(server, undefined, { method: 'GET' })).status).toBe(404);
  });

  it('streams events as V4 does: a comment first, empty reasoning, usage with the finish reason, an end mark', async () => {
    const { text } = await post(server, plain);
    const lines = text.split('\n\n');
    expect(lines[0]).toBe(': keep-alive');
    expect(JSON.parse((lines[1] ?? '').slice(6))).toMatchObject({
      model: 'deepseek-v4-pro',
      choices: [{ delta: { role: 'assistant', content: null, reasoning_content: '' } }],
      usage: null,
    });
    const last = JSON.parse((lines.at(-3) ?? '').slice(6));
    expect(last.choices[0].finish_reason).toBe('stop');
    expect(last.usage.prompt_tokens).toBe(
      last.usage.prompt_cache_hit_tokens + last.usage.prompt_cache_miss_tokens,
    );
    expect(lines.slice(-2)).toEqual(['data: [DONE]', '']);
  });
});

describe('a script', () => {
  it('is played by the number of answers in the request, so a repeated request gets the same turn', async () => {
    await using server = await start({ turns: [{ content: 'one' }, { content: 'two' }] });
    const model = testModel(server.url);
    const contentOf = async (...messages: Message[]) => (await ask(model, messages)).turn.message.content;
    const answer: Message = { role: 'assistant', content: 'one' };
    expect(await contentOf(user('a'))).toBe('one');
    expect(await contentOf(user('a'))).toBe('one');
    expect(await contentOf(user('a'), answer, user('b'))).toBe('two');
    expect(await contentOf(user('a'), user('more'), answer, user('b'), user('c'))).toBe('two');
    expect(await contentOf(user('a'), answer, user('b'), answer, user('c'))).toBe(
      'The script has no more turns.',
    );
  });

  it('can hold several conversations, told apart by what their first message says', async () => {
    await using server = await start({
      conversations: [
        { when: 'red "quoted"', turns: [{ content: 'for red' }] },
        { turns: [{ content: 'for others' }] },
      ],
    });
    const model = testModel(server.url);
    expect((await ask(model, [user('the red "quoted" thing')])).turn.message.content).toBe('for red');
    expect((await ask(model, [user('a blue thing')])).turn.message.content).toBe('for others');
  });

  it('can be another each time that a task is begun, which a repetition after a fault does not count as', async () => {
    await using server = await start({
      conversations: [
        { attempt: 1, turns: [{ content: 'one', faults: [{ status: 503 }] }, { content: 'then' }] },
        { attempt: 2, turns: [{ content: 'another' }, { content: 'after that' }] },
        { turns: [{ content: 'always' }] },
      ],
    });
    const model = testModel(server.url);
    const contentOf = async (...messages: Message[]) => (await ask(model, messages)).turn.message.content;
    const answer: Message = { role: 'assistant', content: 'x' };
    expect(await contentOf(user('a'))).toBe('one');
    expect(await contentOf(user('a'), answer, user('b'))).toBe('then');
    expect(await contentOf(user('a'))).toBe('another');
    expect(await contentOf(user('a'), answer, user('b'))).toBe('after that');
    expect(await contentOf(user('a'))).toBe('always');
    expect(await contentOf(user('z'))).toBe('one');
  });

  it('keeps text of any script whole, in text, reasoning and arguments', async () => {
    const text = 'Grüße 世界 👩‍👩‍👧 \u{20bb7} e\u0301 العربية 🇩🇪.'.repeat(20);
    await using server = await start({
      turns: [{ reasoning: text, content: text, calls: [{ name: 'bash', arguments: { command: text } }] }],
    });
    const { message } = (await ask(testModel(server.url))).turn;
    expect(message.reasoning_content).toBe(text);
    expect(message.content).toBe(text);
    expect(JSON.parse(message.tool_calls?.[0]?.function.arguments ?? '')).toEqual({ command: text });
    const events = (await post(server, plain)).text
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'));
    expect(events.length).toBeGreaterThan(50);
    for (const line of events) expect(line).not.toMatch(/\\ud[89a-f]/); // half a character, as JSON writes it
  });

  it('can give arguments that are not JSON, and a finish reason of its own', async () => {
    await using server = await start({
      turns: [{ calls: [{ name: 'bash', arguments: '{"command": "ls' }], finish_reason: 'length' }],
    });
    const { turn } = await ask(testModel(server.url));
    expect(turn.finishReason).toBe('length');
    expect(turn.message.tool_calls?.[0]?.function.arguments).toBe('{"command": "ls');
  });

  it('has each fault played once, in order, then the turn, for each conversation', async () => {
    await using server = await start({
      turns: [
        { content: 'one', faults: [{ status: 503, message: 'busy' }, { html: true }] },
        { content: 'two', faults: [{ status: 500 }] },
      ],
    });
    const first = { ...plain, messages: [user('a')] };
    expect(await post(server, first)).toMatchObject({ status: 503, message: 'busy' });
    const page = await fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}` },
      body: JSON.stringify(first),
    });
    expect(page.headers.get('content-type')).toBe('text/html');
    await page.text();
    expect((await post(server, first)).text).toContain('"content":"one"');
    expect((await post(server, first)).text).toContain('"content":"one"');
    expect((await post(server, { ...plain, messages: [user('b')] })).status).toBe(503);
    const second = { ...plain, messages: [user('a'), { role: 'assistant', content: 'one' }, user('go on')] };
    expect((await post(server, second)).status).toBe(500);
    expect((await post(server, second)).text).toContain('"content":"two"');
  });

  it('can cut the stream after so many bytes', async () => {
    await using server = await start({ turns: [{ content: 'one', faults: [{ cut: 33 }, { cut: 0 }] }] });
    expect(Buffer.byteLength((await post(server, plain)).text)).toBe(33);
    expect((await post(server, plain)).text).toBe('');
    expect((await post(server, plain)).text).toContain('[DONE]');
  });

  it('can ask to wait', async () => {
    await using server = await start({ turns: [{ faults: [{ status: 429, retry_after: 7 }] }] });
    const response = await fetch(`${server.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.key}` },
      body: JSON.stringify(plain),
    });
    expect(response.headers.get('retry-after')).toBe('7');
    await response.text();
  });
});

describe('the cache', () => {
  const script = {
    turns: [{ reasoning: 'Hm. '.repeat(40), content: 'one '.repeat(40) }, { content: 'two' }],
  };
  const head: Message = { role: 'system', content: 'S'.repeat(400) };

  /** What one request hit and missed. */
  async function count(server: ScriptedModel, messages: Message[], userId = 'tests') {
    const { turn } = await ask(testModel(server.url, { userId }), messages);
    return { turn, hit: turn.usage.cacheHitTokens, miss: turn.usage.cacheMissTokens };
  }

  it('is missed by the first request and hit as a whole by the same again', async () => {
    await using server = await start(script);
    const first = await count(server, [head, user('a')]);
    expect(first.hit).toBe(0);
    expect(await count(server, [head, user('a')])).toMatchObject({ hit: first.miss, miss: 0 });
  });

  it('is hit up to the last answer by a request that goes on', async () => {
    await using server = await start(script);
    const first = await count(server, [head, user('a')]);
    const second = await count(server, [head, user('a'), first.turn.message, user('go on '.repeat(100))]);
    expect(second.hit).toBeGreaterThan(first.miss + first.turn.usage.outputTokens - 10);
    expect(second.miss).toBeGreaterThan(100);
    expect(second.miss).toBeLessThan(200);
  });

  it('is missed as a whole by a request that shares no whole stored prefix, however long the same start is', async () => {
    await using server = await start(script);
    await count(server, [head, user('a')]);
    expect((await count(server, [head, user('b')])).hit).toBe(0);
  });

  it('is hit only up to the input when the answer came back changed', async () => {
    await using server = await start(script);
    const first = await count(server, [head, user('a')]);
    const changed: Message = { ...first.turn.message, role: 'assistant', content: 'changed' };
    expect((await count(server, [head, user('a'), changed, user('b')])).hit).toBe(first.miss);
  });

  it('is missed when an earlier message changed', async () => {
    await using server = await start(script);
    const first = await count(server, [head, user('a')]);
    const edited: Message[] = [{ ...head, content: 'T' }, user('a'), first.turn.message, user('b')];
    expect((await count(server, edited)).hit).toBe(0);
  });

  it('is kept apart by user id and by model', async () => {
    await using server = await start(script);
    await count(server, [head, user('a')], 'one');
    expect((await count(server, [head, user('a')], 'two')).hit).toBe(0);
    const { turn } = await ask(testModel(server.url, { userId: 'one', model: 'deepseek-flash' }), [
      head,
      user('a'),
    ]);
    expect(turn.usage.cacheHitTokens).toBe(0);
    expect((await count(server, [head, user('a')], 'one')).hit).toBeGreaterThan(100);
  });
});

describe('a script file', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ai-fix-script-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function load(text: string) {
    const path = join(directory, 'script.yml');
    await writeFile(path, text);
    return loadScript(path);
  }

  it('may be YAML, with one conversation or several', async () => {
    const one = await load(
      'turns:\n  - content: hello\n    calls:\n      - name: bash\n        arguments: { command: ls }\n',
    );
    expect(one.conversations).toHaveLength(1);
    expect(one.conversations[0]?.turns[0]).toEqual({
      reasoning: '',
      content: 'hello',
      calls: [{ name: 'bash', arguments: { command: 'ls' } }],
      faults: [],
    });
    const two = await load('conversations:\n  - when: a\n    turns: [{}]\n  - turns: [{}]\n');
    expect(two.conversations.map(({ when }) => when)).toEqual(['a', undefined]);
  });

  it('may be JSON', async () => {
    const { conversations } = await load('{"turns": [{"content": "x"}]}');
    expect(conversations[0]?.turns[0]?.content).toBe('x');
  });

  it.each([
    ['a name that is not known', 'turns:\n  - contents: hello\n', ['contents', 'turns[0]']],
    [
      'a call without a name',
      'turns:\n  - {}\n  - calls:\n      - arguments: {}\n',
      ['turns[1].calls[0].name'],
    ],
    [
      'a fault that is not known',
      'turns:\n  - faults:\n      - { explode: true }\n',
      ['turns[0].faults[0]', '{ cut: bytes }'],
    ],
    ['a fault with a wrong number', 'turns:\n  - faults:\n      - { cut: -1 }\n', ['turns[0].faults[0].cut']],
    ['no turns', 'turns: []\n', ['at turns']],
    ['nothing in it', '', ['The model script has mistakes']],
    [
      'a mistake in the second conversation',
      'conversations:\n  - turns: [{}]\n  - turns: [{ content: 1 }]\n',
      ['conversations[1].turns[0].content'],
    ],
  ])('with %s is refused with the place of the mistake', async (_, text, parts) => {
    const error = await load(text).catch((reason: unknown) => reason as Error & { code: string });
    expect(error).toMatchObject({ code: 'bad_config' });
    for (const part of parts) expect((error as Error).message).toContain(part);
  });

  it('that is not YAML is refused with the line', async () => {
    await expect(load('turns:\n  - content: "never ends\n')).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringMatching(/script\.yml.*line/s),
    });
  });

  it('that is not there is refused by name', async () => {
    await expect(loadScript(join(directory, 'none.yml'))).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('none.yml'),
    });
  });
});
