import { describe, expect, it } from 'vitest';
import { runAgent } from '../../src/agent/loop.ts';
import type { RunEvent } from '../../src/core/events.ts';
import type { RunLimits } from '../../src/core/limits.ts';
import { testRun } from '../support/agent.ts';
import { type HttpServer, startHttpServer } from '../support/http-server.ts';
import { delta, done, sendStream, startStream, testModel } from '../support/model.ts';

const going = new AbortController().signal;

/** A run of the loop with the real client and the tool `echo` against these streams, the last of which comes again and again. */
async function runAgainst(streams: readonly string[], limits: Partial<RunLimits> = {}) {
  await using server = await startHttpServer((_, response, number) =>
    sendStream(response, streams[Math.min(number, streams.length) - 1] ?? ''),
  );
  return await runWith(server, limits);
}

async function runWith(server: HttpServer, limits: Partial<RunLimits> = {}) {
  const model = testModel(server.url);
  const { context, events } = testRun({
    limits,
    complete: (messages, tools, signal) =>
      model.complete({ messages, tools, signal, onRetry: async () => {} }),
  });
  const end = await runAgent(context, going);
  const sent = server.requests.map(({ body }) => JSON.parse(body.toString()).messages as Wire[]);
  return { end, context, events, sent, answers: answersIn(sent.at(-1) ?? []) };
}

interface Wire {
  role: string;
  content: string;
  tool_call_id?: string;
  tool_calls?: { id: string; function: { arguments: string } }[];
}

const answersIn = (messages: readonly Wire[]) =>
  messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
const paid = (events: readonly RunEvent[]) => events.filter(({ type }) => type === 'turn_ended').length;

function calling(calls: readonly object[], more: object = {}): string {
  return delta({ tool_calls: calls }) + delta({}, 'tool_calls', more) + done;
}

const echo = (index: number, args: unknown, id: string | undefined = `id-${index}`) => ({
  index,
  id,
  type: 'function',
  function: { name: 'echo', arguments: args },
});
const said = (text: string) => JSON.stringify({ say: text });
const last = delta({ content: 'Done.' }, 'stop') + done;

describe('a model that is not like V4', () => {
  it('may give the arguments of a call as an object', async () => {
    const { end, answers } = await runAgainst([calling([echo(0, { say: 'hello' })]), last]);
    expect({ end, answers }).toEqual({ end: 'finished', answers: ['hello'] });
  });

  it('may give its calls no ids: each gets one, and each answer names it', async () => {
    const { index: _, id: __, ...first } = echo(0, said('a'));
    const { index: ___, id: ____, ...second } = echo(0, said('b'));
    const { end, answers, sent } = await runAgainst([calling([first, second]), last]);
    expect({ end, answers }).toEqual({ end: 'finished', answers: ['a', 'b'] });
    const history = sent.at(-1) ?? [];
    const named = history.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id));
    expect(new Set(named).size).toBe(2);
    expect(history.flatMap((message) => message.tool_call_id ?? [])).toEqual(named);
  });

  it('may give no reasoning: none is made up for it', async () => {
    const { end, sent } = await runAgainst([calling([echo(0, said('a'))]), last]);
    expect(end).toBe('finished');
    const answer = sent.at(-1)?.find(({ role }) => role === 'assistant');
    expect(Object.keys(answer ?? {})).toEqual(['role', 'content', 'tool_calls']);
    expect(answer?.content).toBe('');
  });

  it('may never call a tool: its first answer ends the stretch of work', async () => {
    const { end, sent } = await runAgainst([last]);
    expect(end).toBe('finished');
    expect(sent).toHaveLength(1);
  });

  it('may call a hundred tools at once, one of them wrongly: the answer is dropped whole', async () => {
    const calls = Array.from({ length: 100 }, (_, index) => echo(index, said(`${index}`)));
    const oneIsCut = calls.with(50, echo(50, '{"say": "cut'));
    const { end, answers, events } = await runAgainst([calling(oneIsCut), calling(calls), last]);
    expect(end).toBe('finished');
    expect(answers).toEqual(calls.map((_, index) => `${index}`));
    expect(events.filter(({ type }) => type === 'turn_dropped')).toHaveLength(1);
  });

  it('may sit behind a page of a gateway: it is asked again, and what it says never becomes an answer', async () => {
    await using server = await startHttpServer((_, response, number) => {
      if (number < 3) response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Please sign in.</p>');
      else sendStream(response, last);
    });
    const { end, sent } = await runWith(server);
    expect(end).toBe('finished');
    expect(JSON.stringify(sent)).not.toContain('sign in');
  });
});

describe('very long arguments', () => {
  const piece = 'x'.repeat(64 * 1024);
  const long = (megabytes: number, end: 'whole' | 'cut') =>
    startHttpServer(async (_, response, number) => {
      if (number > 1) return sendStream(response, last);
      startStream(response).write(delta({ tool_calls: [echo(0, '{"say": "')] }));
      for (let sent = 0; sent < megabytes * 1024 * 1024; sent += piece.length)
        response.write(delta({ tool_calls: [{ index: 0, function: { arguments: piece } }] }));
      if (end === 'cut') return response.end();
      response.write(delta({ tool_calls: [{ index: 0, function: { arguments: '"}' } }] }));
      response.end(delta({}, 'tool_calls') + done);
    });

  it('of 50 MB are not read to their end, not run and never sent back; the model hears why', async () => {
    await using server = await long(50, 'whole');
    const { end, context, sent } = await runWith(server);
    expect(end).toBe('finished');
    expect(sent.map((messages) => JSON.stringify(messages).length < 2000)).toEqual([true, true]);
    expect(sent.at(-1)?.at(-1)?.content).toContain('it was cut off at the output limit');
    expect(context.spent().steps).toBe(2);
  });

  it('of 1 MB are run', async () => {
    await using server = await long(1, 'whole');
    const { end, answers } = await runWith(server);
    expect({ end, lengths: answers.map(({ length }) => length) }).toEqual({
      end: 'finished',
      lengths: [1024 * 1024],
    });
  });

  it('that are cut in the middle are asked for again', async () => {
    await using server = await long(1, 'cut');
    const { end, answers, sent } = await runWith(server);
    expect({ end, answers }).toEqual({ end: 'finished', answers: [] });
    expect(sent).toHaveLength(2);
  });
});

it('a model that fails first: what was waited is told apart from what its answer took', async () => {
  await using server = await startHttpServer((_, response, number) => {
    if (number === 1) response.writeHead(503).end();
    else sendStream(response, last);
  });
  const model = testModel(server.url, { backoff: () => 50 });
  const { context, events } = testRun({
    complete: (messages, tools, signal) =>
      model.complete({ messages, tools, signal, onRetry: async () => {} }),
  });
  await runAgent(context, going);
  const [turn] = events.flatMap((event) => (event.type === 'turn_ended' ? [event] : []));
  expect(turn?.seconds).toBeGreaterThan(0);
  expect(turn?.waited).toBeGreaterThan(0.04);
});

describe('the limits of a run', () => {
  const usages: [string, unknown][] = [
    ['nothing', undefined],
    ['zeros', { prompt_tokens: 0, completion_tokens: 0 }],
    ['negative numbers', { prompt_tokens: -1e6, completion_tokens: -1e6 }],
    ['texts', { prompt_tokens: 'NaN', completion_tokens: 'NaN' }],
    ['too little', { prompt_tokens: 1, completion_tokens: 1 }],
    ['far too much', { prompt_tokens: 1e15, completion_tokens: 1e15 }],
  ];
  const busy = (usage: unknown) => (number: number) =>
    calling([echo(0, said(`${number} ${'word '.repeat(2000)}`))], { usage });
  const runBusily = async (usage: unknown, limits: Partial<RunLimits>) => {
    await using server = await startHttpServer((_, response, number) =>
      sendStream(response, busy(usage)(number)),
    );
    return await runWith(server, limits);
  };

  it.each(usages)('of steps holds when the endpoint tells %s of what it used', async (_, usage) => {
    const { end, events } = await runBusily(usage, { steps: 4, usd: 1000 });
    expect(end).toBe('steps');
    expect(paid(events)).toBe(4);
  });

  it.each(usages.filter(([name]) => name !== 'too little'))(
    'of money holds when the endpoint tells %s of what it used',
    async (_, usage) => {
      const { end, context } = await runBusily(usage, { steps: 1000, usd: 0.05 });
      expect(end).toBe('money');
      expect(context.spent().steps).toBeGreaterThan(1);
      expect(context.spent().usd).toBeLessThan(0.2);
    },
  );
});
