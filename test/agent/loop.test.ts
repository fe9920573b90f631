import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBashTool } from '../../src/agent/bash.ts';
import { createEditorTool } from '../../src/agent/editor.ts';
import { addMessage, type Complete, runAgent } from '../../src/agent/loop.ts';
import type { AgentTool } from '../../src/agent/tool.ts';
import type { Message, Turn } from '../../src/core/conversation.ts';
import { OperationalError } from '../../src/core/errors.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { parseScript, type ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { type ScriptedModel, startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { always, echoTool, playing, testRun, toolCall, turnOf } from '../support/agent.ts';
import { testModel } from '../support/model.ts';
import { testSandbox } from '../support/sandbox.ts';

const going = new AbortController().signal;
const echo = (text: string) => toolCall('echo', { say: text });
const answers = (messages: readonly Message[]) => messages.filter((message) => message.role === 'tool');
const contents = (messages: readonly Message[]) => answers(messages).map(({ content }) => content);
const ofType = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
  events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);

/** A tool of this name that does this. */
function toolThat(name: string, run: AgentTool['run']): AgentTool {
  return { definition: { ...echoTool.definition, function: { ...echoTool.definition.function, name } }, run };
}

describe('the end of a stretch of work', () => {
  it('is "finished" when the model answers without a call', async () => {
    const { context } = testRun({ complete: playing([turnOf([echo('a')]), turnOf([])]) });
    expect(await runAgent(context, going)).toBe('finished');
    expect(context.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
    ]);
    expect(context.messages.at(-1)?.content).toBe('Done.');
  });

  const busy = () => always((number) => turnOf([echo(`step ${number}`)]));
  it('is "steps" when the steps are used up, and the last one is still answered', async () => {
    const { context } = testRun({ complete: busy(), limits: { steps: 4 } });
    expect(await runAgent(context, going)).toBe('steps');
    expect(contents(context.messages).map((text) => text.split('\n')[0])).toEqual([
      'step 1',
      'step 2',
      'step 3',
      'step 4',
    ]);
  });

  it('is "money" when the budget is used up', async () => {
    const { context } = testRun({ complete: busy(), limits: { usd: 0.025 } });
    expect(await runAgent(context, going)).toBe('money');
    expect(answers(context.messages)).toHaveLength(3);
  });

  it('is "time" when the minutes are over', async () => {
    let minutes = 0;
    const complete = always((number) => {
      minutes += 10;
      return turnOf([echo(`step ${number}`)]);
    });
    const { context } = testRun({ complete, limits: { minutes: 25 }, minutes: () => minutes });
    expect(await runAgent(context, going)).toBe('time');
    expect(answers(context.messages)).toHaveLength(3);
  });

  it('is "time" while the model is asked as well, however long its answer keeps coming', async () => {
    const complete: Complete = (_messages, _tools, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { context } = testRun({ complete, limits: { minutes: 0.001 } });
    expect(await runAgent(context, going)).toBe('time');
    expect(context.messages).toHaveLength(2);
  });

  it('is "context" when the conversation is too long, with what the endpoint says about it', async () => {
    const error = new OperationalError('context_overflow', 'The maximum is 1000 tokens.');
    const { context, events } = testRun({ complete: () => Promise.reject(error) });
    expect(await runAgent(context, going)).toBe('context');
    expect(events).toEqual([{ type: 'note', text: error.message }]);
  });

  it('is time in the middle of a turn as well, and each call that is left is answered', async () => {
    let minutes = 0;
    const slow: AgentTool = {
      ...echoTool,
      async run() {
        minutes += 20;
        return { content: 'ran', summary: '' };
      },
    };
    const { context } = testRun({
      complete: playing([turnOf([toolCall('echo', {}), toolCall('echo', {}), toolCall('echo', {})])]),
      tools: [slow],
      limits: { minutes: 25 },
      minutes: () => minutes,
    });
    expect(await runAgent(context, going)).toBe('time');
    expect(contents(context.messages).map((text) => text.split('\n')[0])).toEqual([
      'ran',
      'ran',
      'not run: the time limit was reached',
    ]);
  });

  it('comes before anything is asked when nothing is left to spend', async () => {
    const complete: Complete = () => Promise.reject(new Error('was asked'));
    const { context, events } = testRun({ complete, limits: { usd: 0 } });
    expect(await runAgent(context, going)).toBe('money');
    expect(events).toEqual([]);
  });

  it('is "no_progress" when the same call gives the same result eight times', async () => {
    const { context } = testRun({ complete: always(() => turnOf([echo('same')])) });
    expect(await runAgent(context, going)).toBe('no_progress');
    expect(answers(context.messages)).toHaveLength(8);
  });

  it('is "malformed" after the fourth answer in a row that cannot be used', async () => {
    const { context, events } = testRun({ complete: always(() => turnOf([toolCall('echo', '{"say')])) });
    expect(await runAgent(context, going)).toBe('malformed');
    expect(ofType(events, 'turn_dropped')).toHaveLength(4);
    expect(context.messages).toHaveLength(5);
  });

  it('is "length" when the answers are cut off at the output limit again and again', async () => {
    const complete = always(() => turnOf([], { finishReason: 'length' }));
    const { context, events } = testRun({ complete });
    expect(await runAgent(context, going)).toBe('length');
    expect(ofType(events, 'turn_dropped').map(({ why }) => why)).toEqual(
      Array(4).fill('it was cut off at the output limit'),
    );
  });
});

describe('an answer that cannot be used', () => {
  const dsml = '<｜DSML｜tool_calls><｜DSML｜invoke name="bash">';
  const twin = toolCall('echo', { say: 'a' });
  it.each<[string, Turn, string]>([
    ['with arguments that are not JSON', turnOf([toolCall('echo', '{"say": "hi')]), 'the arguments of echo'],
    ['with arguments that are no object', turnOf([toolCall('echo', '["hi"]')]), 'the arguments of echo'],
    ['with empty arguments', turnOf([toolCall('echo', '')]), 'the arguments of echo'],
    [
      'with one bad call among good ones',
      turnOf([echo('fine'), toolCall('echo', 'null')]),
      'the arguments of echo',
    ],
    ['with a call without a name', turnOf([toolCall('', {})]), 'had no name'],
    ['with two calls of one id', turnOf([twin, twin]), 'the same id'],
    [
      'with a call written as text',
      turnOf([], { message: { role: 'assistant', content: `Now:\n${dsml}` } }),
      'a tool call as text',
    ],
    [
      'with a call written as text in plain bars',
      turnOf([], { message: { role: 'assistant', content: dsml.replaceAll('｜', '|') } }),
      'a tool call as text',
    ],
    [
      'with a call written into its reasoning and nothing else',
      turnOf([], { message: { role: 'assistant', content: '\n', reasoning_content: `So I run:\n${dsml}` } }),
      'a tool call as text',
    ],
    ['that was cut off', turnOf([echo('a')], { finishReason: 'length' }), 'cut off at the output limit'],
    [
      'that was filtered',
      turnOf([echo('a')], { finishReason: 'content_filter' }),
      'the provider filtered it',
    ],
  ])('%s is paid, never kept, and told to the model', async (_, bad, why) => {
    const { context, events } = testRun({ complete: playing([bad]) });
    expect(await runAgent(context, going)).toBe('finished');
    expect(context.messages).not.toContainEqual(bad.message);
    expect(context.messages).toHaveLength(4);
    expect(context.messages[2]).toMatchObject({ role: 'user', content: expect.stringContaining(why) });
    expect(ofType(events, 'turn_dropped')).toEqual([
      { type: 'turn_dropped', why: expect.stringContaining(why) },
    ]);
    expect(ofType(events, 'turn_ended')).toHaveLength(2);
    expect(context.spent()).toMatchObject({ steps: 2, usd: 0.02 });
  });

  it('may come three times in a row, and again three times after a good one', async () => {
    const bad = () => turnOf([toolCall('echo', '{')]);
    const turns = [bad(), bad(), bad(), turnOf([echo('a')]), bad(), bad(), bad()];
    const { context, events } = testRun({ complete: playing(turns) });
    expect(await runAgent(context, going)).toBe('finished');
    expect(ofType(events, 'turn_dropped')).toHaveLength(6);
  });

  it('may mention the mark of a call in its reasoning', async () => {
    const message = { role: 'assistant', content: 'Done.', reasoning_content: dsml } as const;
    const { context } = testRun({ complete: playing([turnOf([], { message })]) });
    expect(await runAgent(context, going)).toBe('finished');
    expect(context.messages).toHaveLength(3);
  });
});

describe('tool calls', () => {
  it('are answered all, at once and in order, however many there are', async () => {
    const calls = Array.from({ length: 100 }, (_, index) => echo(`number ${index}`));
    const { context } = testRun({ complete: playing([turnOf(calls)]) });
    await runAgent(context, going);
    expect(context.messages.slice(3, 103)).toEqual(
      calls.map(({ id }, index) => ({ role: 'tool', tool_call_id: id, content: `number ${index}` })),
    );
    expect(context.messages).toHaveLength(104);
  });

  it('are run one after the other', async () => {
    let running = 0;
    const alone = toolThat('alone', async () => {
      running++;
      await new Promise(setImmediate);
      return { content: `${running--} running`, summary: '' };
    });
    const { context } = testRun({
      complete: playing([turnOf([toolCall('alone', {}), toolCall('alone', { a: 1 })])]),
      tools: [alone],
    });
    await runAgent(context, going);
    expect(contents(context.messages)).toEqual(['1 running', '1 running']);
  });

  it('of a tool that does not exist are answered with the names of those that do', async () => {
    const { context } = testRun({ complete: playing([turnOf([toolCall('browser "x"', {}), echo('a')])]) });
    await runAgent(context, going);
    expect(contents(context.messages)).toEqual([
      'There is no tool "browser \\"x\\"". The tools are: echo.',
      'a',
    ]);
  });

  it('with arguments that do not fit are answered with what does not', async () => {
    const { context } = testRun({
      complete: playing([turnOf([toolCall('echo', { say: 1 }), toolCall('echo', {})])]),
    });
    await runAgent(context, going);
    for (const content of contents(context.messages)) {
      expect(content).toMatch(/^The arguments do not fit: .*expected string.*at say/s);
    }
  });

  it('that say nothing are answered with "(no output)"', async () => {
    const { context } = testRun({ complete: playing([turnOf([echo('')])]) });
    await runAgent(context, going);
    expect(contents(context.messages)).toEqual(['(no output)']);
  });

  it('that fail in the sandbox are answered with what it said', async () => {
    const failing = toolThat('failing', () =>
      Promise.reject(new OperationalError('sandbox_command_failed', 'Permission denied')),
    );
    const { context } = testRun({ complete: playing([turnOf([toolCall('failing', {})])]), tools: [failing] });
    expect(await runAgent(context, going)).toBe('finished');
    expect(contents(context.messages)).toEqual(['Permission denied']);
  });

  it.each([
    ['a sandbox that is gone', new OperationalError('sandbox_died', 'gone')],
    ['a bug', new TypeError('x is not a function')],
  ])('end the loop with the error of %s', async (_, error) => {
    const failing = toolThat('failing', () => Promise.reject(error));
    const { context } = testRun({ complete: playing([turnOf([toolCall('failing', {})])]), tools: [failing] });
    await expect(runAgent(context, going)).rejects.toBe(error);
  });

  it('are told as events with a line for people', async () => {
    const { context, events } = testRun({ complete: playing([turnOf([echo('a'), echo('b')])]) });
    await runAgent(context, going);
    expect(ofType(events, 'tool_ended').map(({ name, summary }) => [name, summary])).toEqual([
      ['echo', 'a'],
      ['echo', 'b'],
    ]);
  });
});

describe('repetition', () => {
  const isNoted = (text: string) => text.includes('[note: this is the same call');
  const notedAt = (messages: readonly Message[]) =>
    contents(messages).flatMap((text, index) => (isNoted(text) ? [index + 1] : []));

  it('of one call is noted from the third time on, with the number', async () => {
    const turns = Array.from({ length: 5 }, () => turnOf([echo('same')]));
    const { context } = testRun({ complete: playing(turns) });
    expect(await runAgent(context, going)).toBe('finished');
    expect(notedAt(context.messages)).toEqual([3, 4, 5]);
    expect(contents(context.messages)[2]).toMatch(/^same\n\[note: .* 3 times in a row/);
  });

  it.each([
    ['two calls in turn', ['a', 'b'], 16],
    ['three calls in turn', ['a', 'b', 'c'], 24],
  ])('of %s is noted and ends after eight rounds', async (_, round, steps) => {
    const complete = always((number) => turnOf([echo(round[number % round.length] ?? '')]));
    const { context } = testRun({ complete });
    expect(await runAgent(context, going)).toBe('no_progress');
    expect(answers(context.messages)).toHaveLength(steps);
    expect(notedAt(context.messages)[0]).toBe(3 * round.length);
  });

  it('is none when the result differs, or the arguments', async () => {
    let count = 0;
    const counter = toolThat('counter', async () => ({ content: `${++count}`, summary: '' }));
    const same = Array.from({ length: 10 }, () => turnOf([toolCall('counter', {})]));
    const first = testRun({ complete: playing(same), tools: [counter] });
    expect(await runAgent(first.context, going)).toBe('finished');
    expect(notedAt(first.context.messages)).toEqual([]);
    const constant = toolThat('constant', async () => ({ content: 'same', summary: '' }));
    const other = Array.from({ length: 10 }, (_, index) => turnOf([toolCall('constant', { index })]));
    const second = testRun({ complete: playing(other), tools: [constant] });
    expect(await runAgent(second.context, going)).toBe('finished');
    expect(notedAt(second.context.messages)).toEqual([]);
  });

  it('starts anew after a different call', async () => {
    const turns = ['a', 'a', 'b', 'a', 'a', 'c', 'a', 'a'].map((text) => turnOf([echo(text)]));
    const { context } = testRun({ complete: playing(turns) });
    await runAgent(context, going);
    expect(notedAt(context.messages)).toEqual([]);
  });

  it('within one turn is answered before it ends the loop', async () => {
    const calls = Array.from({ length: 12 }, () => echo('same'));
    const { context } = testRun({ complete: playing([turnOf(calls)]) });
    expect(await runAgent(context, going)).toBe('no_progress');
    expect(answers(context.messages)).toHaveLength(12);
  });
});

describe('many steps without a change', () => {
  const isNoted = (text: string) => text.includes('[note: no file of the repository has changed');
  const busy = () => always((number) => turnOf([echo(`a ${number}`), echo(`b ${number}`)]));
  /** The steps whose last answer has the note. */
  const notedAt = (messages: readonly Message[]) =>
    contents(messages).flatMap((text, index) => (isNoted(text) ? [(index + 1) / 2] : []));

  it('are noted from the twentieth on, and end the work at sixty', async () => {
    const { context } = testRun({ complete: busy(), workTree: async () => 'as ever' });
    expect(await runAgent(context, going)).toBe('no_progress');
    expect(notedAt(context.messages)).toEqual([21, 31, 41, 51, 61]);
    expect(contents(context.messages)[41]).toContain('in the last 20 steps');
    expect(answers(context.messages)).toHaveLength(2 * 61);
  });

  it('are counted anew after a change', async () => {
    const { context } = testRun({
      complete: busy(),
      workTree: async () => (answers(context.messages).length < 2 * 25 ? 'before' : 'after'),
      limits: { steps: 60 },
    });
    expect(await runAgent(context, going)).toBe('steps');
    expect(notedAt(context.messages)).toEqual([21, 51]);
  });

  it('are none where the work tree changes', async () => {
    const { context } = testRun({ complete: busy(), limits: { steps: 70 } });
    expect(await runAgent(context, going)).toBe('steps');
    expect(notedAt(context.messages)).toEqual([]);
  });
});

describe('the note that the budget runs out', () => {
  const isNoted = (text: string) => text.includes("of this run's budget is used");
  const busy = () => always((number) => turnOf([echo(`a ${number}`), echo(`b ${number}`)]));

  it('comes once, at the end of a step, when four fifths are used', async () => {
    const { context } = testRun({ complete: busy(), limits: { steps: 10 } });
    expect(await runAgent(context, going)).toBe('steps');
    const noted = contents(context.messages).flatMap((text, index) => (isNoted(text) ? [index] : []));
    expect(noted).toEqual([15]); // the second answer of the eighth step
  });

  it('comes for money and for time as well', async () => {
    const money = testRun({ complete: busy(), limits: { usd: 0.05 } });
    await runAgent(money.context, going);
    expect(contents(money.context.messages).filter(isNoted)).toHaveLength(1);
    let minutes = 0;
    const time = testRun({ complete: busy(), limits: { minutes: 10 }, minutes: () => minutes++ / 2 });
    await runAgent(time.context, going);
    expect(contents(time.context.messages).filter(isNoted)).toHaveLength(1);
  });

  it('does not come in a run that is far from its limits', async () => {
    const { context } = testRun({ complete: playing([turnOf([echo('a')])]) });
    await runAgent(context, going);
    expect(contents(context.messages)).toEqual(['a']);
  });
});

describe('news', () => {
  it('is handed over once, between two steps, after all answers', async () => {
    let news: string | null = null;
    let asked = 0;
    const complete = playing([turnOf([echo('a'), echo('b')]), turnOf([echo('c')]), turnOf([echo('d')])]);
    const { context } = testRun({
      complete: (...request) => {
        if (++asked === 2) news = 'The baseline is there.';
        return complete(...request);
      },
      news: () => {
        const now = news;
        news = null;
        return now === null ? [] : [{ about: 'baseline', text: now }];
      },
    });
    await runAgent(context, going);
    expect(
      context.messages.slice(2).map(({ role, content }) => (role === 'assistant' ? role : content)),
    ).toEqual([
      'assistant',
      'a',
      'b',
      'assistant',
      'c',
      'The baseline is there.',
      'assistant',
      'd',
      'assistant',
    ]);
  });
});

describe('news of a conversation that is gone on with', () => {
  const news = () => [{ about: 'resumed' as const, text: 'The sandbox was set up again.' }];
  const heard = async (messages: Message[]) => {
    const asked: string[][] = [];
    const { context } = testRun({
      complete: async (history) => {
        asked.push(history.map(({ content }) => String(content)));
        return turnOf([]);
      },
      news,
    });
    context.messages = messages;
    await runAgent(context, going);
    return asked[0]?.includes('The sandbox was set up again.');
  };

  it.each<[string, Message]>([
    ['an answer of a tool', { role: 'tool', tool_call_id: 'a', content: 'out' }],
    ['what was said to the model', { role: 'user', content: 'The baseline: 3 passed.' }],
  ])('is handed over before the first request, also after %s', async (_, last) => {
    const begun = turnOf([echo('a')]).message;
    const call = begun.tool_calls?.[0]?.id ?? '';
    const task: Message = { role: 'user', content: 'Fix it.' };
    const answer: Message = { role: 'tool', tool_call_id: call, content: 'out' };
    expect(await heard([task, begun, answer, ...(last.role === 'tool' ? [] : [last])])).toBe(true);
  });

  it('waits while the model has not said anything yet', async () => {
    expect(await heard([{ role: 'user', content: 'Fix it.' }])).toBe(false);
  });
});

describe('the history', () => {
  it('has each message only after it was saved', async () => {
    const turns = [turnOf([echo('a'), echo('b')]), turnOf([toolCall('echo', '{')]), turnOf([echo('c')])];
    const { context } = testRun({
      complete: playing(turns),
      news: () => [{ about: 'baseline', text: 'news' }],
    });
    const saved: Message[] = [...context.messages];
    context.emit = async (...events) => {
      await new Promise(setImmediate);
      expect(context.messages).toEqual(saved);
      for (const event of events) if (event.type === 'message') saved.push(event.message);
    };
    const { complete } = context;
    context.complete = (messages, ...rest) => {
      expect(messages).toEqual(saved);
      return complete(messages, ...rest);
    };
    await runAgent(context, going);
    expect(context.messages).toEqual(saved);
    expect(saved).toHaveLength(12);
  });

  it('does not grow when a message cannot be saved', async () => {
    const { context } = testRun({ complete: playing([turnOf([echo('a')])]) });
    const full = new Error('the disk is full');
    context.emit = () => Promise.reject(full);
    await expect(runAgent(context, going)).rejects.toBe(full);
    expect(context.messages).toHaveLength(2);
  });

  it('counts steps on over several stretches of work', async () => {
    const complete = playing([turnOf([echo('a')]), turnOf([]), turnOf([echo('b')]), turnOf([])]);
    const { context, events } = testRun({ complete });
    await runAgent(context, going);
    await addMessage(context, { role: 'user', content: 'Not proven yet.' });
    await runAgent(context, going);
    expect(ofType(events, 'turn_ended').map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  });
});

describe('an abort', () => {
  const reason = new Error('cancelled');

  it('before a step ends the loop with its reason', async () => {
    const aborter = new AbortController();
    aborter.abort(reason);
    const { context } = testRun({ complete: () => Promise.reject(new Error('was asked')) });
    await expect(runAgent(context, aborter.signal)).rejects.toBe(reason);
  });

  it('while the model is asked ends the loop with its reason', async () => {
    const aborter = new AbortController();
    const { context } = testRun({
      complete: (_messages, _tools, signal) => {
        setImmediate(() => aborter.abort(reason));
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    await expect(runAgent(context, aborter.signal)).rejects.toBe(reason);
    expect(context.messages).toHaveLength(2);
  });

  it('while a tool runs ends the loop with its reason, and the other calls are not run', async () => {
    const aborter = new AbortController();
    const ran: string[] = [];
    const aborting = toolThat('aborting', async (input, signal) => {
      signal.throwIfAborted();
      ran.push(JSON.stringify(input));
      aborter.abort(reason);
      return { content: 'ok', summary: '' };
    });
    const calls = [toolCall('aborting', { a: 1 }), toolCall('aborting', { a: 2 })];
    const { context } = testRun({ complete: playing([turnOf(calls)]), tools: [aborting] });
    await expect(runAgent(context, aborter.signal)).rejects.toBe(reason);
    expect(ran).toEqual(['{"a":1}']);
  });
});

describe('a whole run with the real client, the scripted model and a real sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await testSandbox();
  });
  afterAll(() => sandbox[Symbol.asyncDispose]());

  function start(script: ScriptInput): Promise<ScriptedModel> {
    return startScriptedModel({ script: parseScript(script) });
  }

  function runWith(server: ScriptedModel, options: Partial<Parameters<typeof testRun>[0]> = {}) {
    const model = testModel(server.url);
    return testRun({
      complete: (messages, tools, signal) =>
        model.complete({ messages, tools, signal, onRetry: async () => {} }),
      tools: [createBashTool(sandbox, { seconds: 20, characters: 2000 }), createEditorTool(sandbox, 2000)],
      ...options,
    });
  }

  const edit = (args: object) => ({
    name: 'str_replace_editor',
    arguments: { path: '/tmp/run/a.js', ...args },
  });
  const script: ScriptInput = {
    turns: [
      {
        reasoning: 'Erst schauen. 先看看。',
        content: 'Let me look.',
        calls: [
          { name: 'bash', arguments: { command: 'mkdir -p /tmp/run && cd /tmp/run && pwd' } },
          edit({ command: 'view', path: '/workspace' }),
        ],
        faults: [{ status: 503 }, { cut: 700 }],
      },
      {
        calls: [edit({ command: 'create', file_text: 'let a = 1;\nlet b = 2;\n' })],
        faults: [{ html: true }],
      },
      {
        reasoning: 'A slip.',
        calls: [
          { name: 'search', arguments: { query: 'x' } },
          { name: 'bash', arguments: { cmd: 'ls' } },
          edit({ command: 'str_replace', old_str: 'let b = 3;', new_str: '' }),
          { name: 'bash', arguments: { command: 'true' } },
        ],
      },
      { calls: [edit({ command: 'str_replace', old_str: 'let b = 2;', new_str: 'let b = 3; // ✓' })] },
      {
        calls: [{ name: 'bash', arguments: { command: 'cat a.js; seq 1 5000; exit 3' } }],
        faults: [{ empty: true }],
      },
      { reasoning: 'Good.', content: 'Done.' },
      { calls: [{ name: 'bash', arguments: { command: 'cd /workspace && rm -r /tmp/run' } }] },
      { content: 'Now it is really done.' },
    ],
  };

  it('sends every history as a prefix of the next, pays little for it, and answers every call', async () => {
    await using server = await start(script);
    const news = ['The baseline: 3 passed.'].values();
    const { context, events } = runWith(server, {
      news: () => [...news.take(1)].map((text) => ({ about: 'baseline', text })),
    });
    expect(await runAgent(context, going)).toBe('finished');
    await addMessage(context, { role: 'user', content: 'Not proven yet. Please go on.' });
    expect(await runAgent(context, going)).toBe('finished');

    const bodies = server.requests.map((request) => JSON.stringify(request.messages));
    for (const [index, body] of bodies.slice(1).entries()) {
      expect(body.startsWith((bodies[index] ?? '').slice(0, -1))).toBe(true);
    }
    expect(server.requests.at(-1)?.messages).toEqual(context.messages.slice(0, -1));
    const heads = server.requests.map(({ messages: _, ...rest }) => JSON.stringify(rest));
    expect(new Set(heads).size).toBe(1);
    const prompts = ofType(events, 'turn_ended').map(({ usage }) => usage);
    expect(prompts).toHaveLength(8);
    for (const [index, usage] of prompts.slice(1).entries()) {
      const before = prompts[index];
      const sent = (before?.cacheHitTokens ?? 0) + (before?.cacheMissTokens ?? 0);
      expect(usage.cacheHitTokens).toBeGreaterThanOrEqual(sent);
    }

    const results = contents(context.messages);
    expect(results).toHaveLength(10);
    expect(results[0]).toBe('/tmp/run');
    expect(results[2]).toBe('File created successfully at: /tmp/run/a.js');
    expect(results[3]).toContain('There is no tool "search"');
    expect(results[4]).toContain('The arguments do not fit');
    expect(results[5]).toContain('did not appear verbatim');
    expect(results[6]).toBe('(no output)');
    expect(results[8]).toMatch(/^let a = 1;\nlet b = 3; \/\/ ✓\n1\n2\n[\s\S]*5000\n\[exit code 3\]$/);
    expect(context.messages.filter(({ content }) => content === 'The baseline: 3 passed.')).toHaveLength(1);
  });

  it('ends as malformed when the arguments are broken again and again, and V4 never sees them', async () => {
    await using server = await start({
      turns: [{ calls: [{ name: 'bash', arguments: '{"command": "echo 1' }] }],
    });
    const { context, events } = runWith(server);
    expect(await runAgent(context, going)).toBe('malformed');
    expect(server.requests).toHaveLength(4);
    expect(JSON.stringify(server.requests)).not.toContain('echo 1');
    expect(context.spent().usd).toBeGreaterThan(0);
    expect(ofType(events, 'turn_ended')).toHaveLength(4);
  });

  it('answers a hundred calls in one turn so that V4 takes the next request', async () => {
    const calls = Array.from({ length: 100 }, (_, index) => ({
      name: 'bash',
      arguments: { command: `echo ${index}` },
    }));
    await using server = await start({ turns: [{ calls }, { content: 'Done.' }] });
    // the scripted model numbers the calls of a turn, so their ids differ
    const { context } = runWith(server);
    expect(await runAgent(context, going)).toBe('finished');
    expect(contents(context.messages)).toEqual(calls.map((_, index) => `${index}`));
    expect(server.requests).toHaveLength(2);
  });

  it('is cancelled in the middle of a command', async () => {
    await using server = await start({
      turns: [{ calls: [{ name: 'bash', arguments: { command: 'echo started; sleep 100' } }] }],
    });
    const aborter = new AbortController();
    const reason = new Error('cancelled');
    const { context } = runWith(server);
    const shell = {
      run: (...[command, signal]: Parameters<Sandbox['run']>) =>
        sandbox.run({ ...command, onOutput: () => aborter.abort(reason) }, signal),
    };
    context.tools = [createBashTool(shell, { seconds: 60, characters: 1000 })];
    await expect(runAgent(context, aborter.signal)).rejects.toBe(reason);
  });
});
