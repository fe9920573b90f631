import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Complete } from '../../../src/agent/loop.ts';
import type { ModelChoice } from '../../../src/core/attempts.ts';
import type { Message, Turn } from '../../../src/core/conversation.ts';
import { OperationalError } from '../../../src/core/errors.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import { toolCall, turnOf } from '../../support/agent.ts';
import { write } from '../../support/fix.ts';
import { type Statements, startPipeline } from '../../support/pipeline-run.ts';
import { fixedTotal, newTest, sumsFiles } from '../../support/sums.ts';

let pipeline: Awaited<ReturnType<typeof startPipeline>>;
beforeAll(async () => {
  pipeline = await startPipeline();
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const bash = (command: string) => turnOf([toolCall('bash', { command })]);
const done = turnOf([]);
const source = write('lib/total.js', fixedTotal);
const withTest = write('test/total.test.js', sumsFiles['test/total.test.js'] + newTest);

/**
 * What the model does in each attempt, by the number of its answers in the conversation; then it says that it is done.
 * `begun` attempts were begun before.
 */
function play(attempts: (Turn | Error)[][] = [], begun = 0) {
  const asked: { choice: ModelChoice; messages: Message[] }[] = [];
  let attempt = begun;
  const model = (choice: ModelChoice): Complete => {
    return async (messages) => {
      const position = messages.filter(({ role }) => role === 'assistant').length;
      if (position === 0) attempt += 1;
      asked.push({ choice, messages: [...messages] });
      const turn = attempts[attempt - 1]?.[position] ?? done;
      if (turn instanceof Error) throw turn;
      return turn;
    };
  };
  return { model, asked };
}

const ofType = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
  events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);

describe('a second attempt', () => {
  it('begins with the same bytes in an untouched sandbox, and what it proves is what the run comes to', async () => {
    const look = bash('git status --short; ls /tmp; cat lib/total.js');
    const { model, asked } = play([
      [bash('touch /tmp/mine'), bash(source)],
      [look, bash(source), bash(withTest)],
    ]);
    const { result, events, offered } = await pipeline.play({ model, attempts: { attempts: 3 } });
    expect(result).toMatchObject({ outcome: 'proven', patch: expect.stringContaining('test/total.test.js') });
    expect(offered).toMatchObject([{ change: { patch: result.patch }, end: { outcome: 'proven' } }]);

    const firsts = asked.filter(({ messages }) => !messages.some(({ role }) => role === 'assistant'));
    expect(firsts).toHaveLength(2);
    expect(JSON.stringify(firsts[1]?.messages)).toBe(JSON.stringify(firsts[0]?.messages));
    const seen = ofType(events, 'message').map(({ message }) => String(message.content));
    const looked = seen.find((content) => content.includes('numbers.length - 1'));
    expect(looked).not.toMatch(/M lib|mine/);

    expect(ofType(events, 'attempt_started')).toMatchObject([{ attempt: 2, of: 3, effort: 'high' }]);
    expect(ofType(events, 'attempt_ended')).toMatchObject([
      { attempt: 1, outcome: 'unproven', patch: expect.stringContaining('lib/total.js') },
      { attempt: 2, outcome: 'proven', patch: result.patch },
    ]);
    expect(ofType(events, 'attempt_chosen')).toEqual([
      { type: 'attempt_chosen', attempt: 2, why: 'it is proven by tests' },
    ]);
    const steps = result.attempts.map(({ usage }) => usage.steps);
    expect(steps.reduce((sum, one) => sum + one)).toBe(result.usage.steps);
    expect(ofType(events, 'turn_ended').map(({ step }) => step)).toEqual(
      Array.from({ length: result.usage.steps }, (_, index) => index + 1),
    );
  });

  it('is not made after a proof, nor where one alone is allowed', async () => {
    const proven = play([[bash(`${source}\n${withTest}`)]]);
    const first = await pipeline.play({ model: proven.model, attempts: { attempts: 3 } });
    expect(first.result).toMatchObject({ outcome: 'proven', attempts: [{ attempt: 1 }] });
    expect(ofType(first.events, 'attempt_chosen')).toEqual([]);
    const single = await pipeline.play(play());
    expect(single.result).toMatchObject({ outcome: 'no_change', attempts: [] });
    expect(single.events.filter(({ type }) => type.startsWith('attempt'))).toEqual([]);
  });

  it('asks another model with another effort, where that is wished', async () => {
    const { model, asked } = play();
    const rules = { attempts: 2, escalationModel: 'deepseek-flash', escalationEffort: 'max' } as const;
    const { result, events } = await pipeline.play({ model, attempts: rules });
    const choices = asked.map(({ choice }) => `${choice.model} ${choice.effort}`);
    expect([...new Set(choices)]).toEqual(['deepseek-v4-pro high', 'deepseek-flash max']);
    expect(result).toMatchObject({ outcome: 'no_change', patch: null });
    expect(result.attempts).toMatchObject([
      { model: 'deepseek-v4-pro', effort: 'high' },
      { model: 'deepseek-flash', effort: 'max' },
    ]);
    expect(ofType(events, 'attempt_chosen')).toEqual([]);
  });

  it('has what the first one left of the limits, and is not begun for too little', async () => {
    const looking = Array.from({ length: 20 }, (_, index) => bash(`echo ${index}`));
    const { model } = play([looking, looking, looking, looking, looking]);
    const limits = { steps: 8 };
    const { result, events } = await pipeline.play({ model, limits, attempts: { attempts: 5 } });
    expect(result.attempts.map(({ usage }) => usage.steps)).toEqual([4, 2, 1, 1]);
    expect(result.attempts.every(({ why }) => why.includes('limit of steps'))).toBe(true);
    expect(ofType(events, 'note').map(({ text }) => text)).toContainEqual(
      expect.stringContaining('no further attempt'),
    );
  });

  it.each([
    ['the model fails', new OperationalError('model_out_of_money', 'The model account has no money left.')],
    ['its sandbox dies', new OperationalError('sandbox_died', 'The sandbox ended.')],
  ])('that breaks down because %s leaves what the first one came to', async (_, fault) => {
    const { model } = play([[bash(source)], [bash('ls'), fault]]);
    const { result, events, offered } = await pipeline.play({ model, attempts: { attempts: 3 } });
    expect(result).toMatchObject({ outcome: 'unproven', patch: expect.stringContaining('lib/total.js') });
    expect(offered).toMatchObject([{ change: { patch: result.patch } }]);
    expect(result.attempts).toMatchObject([
      { outcome: 'unproven' },
      { outcome: 'failed', why: fault.message },
    ]);
    expect(ofType(events, 'attempt_chosen')).toMatchObject([
      { attempt: 1, why: 'no other came to a change' },
    ]);
    const [last] = ofType(events, 'changed').slice(-1);
    expect(last?.tree).toBe(result.verification?.tree);
  });
});

describe('a run that was left in or after its second attempt', () => {
  const broken = write('lib/mean.js', 'export function mean() {\n  return 0;\n}\n');
  const script = (begun = 0) => play([[bash(source)], [bash('ls'), bash(broken), bash('ls -a')]], begun);
  const rules = { attempts: 2 };
  let whole: { statements: Statements; asked: ReturnType<typeof play>['asked'] };
  beforeAll(async () => {
    const { model, asked } = script();
    const { result, statements, events } = await pipeline.play({ model, attempts: rules, left: [] });
    expect(result).toMatchObject({ outcome: 'unproven', patch: expect.stringContaining('lib/total.js') });
    expect(result.patch).not.toContain('lib/mean.js');
    expect(ofType(events, 'attempt_chosen')).toMatchObject([
      { attempt: 1, why: 'it alone breaks no test and weakens none' },
    ]);
    whole = { statements, asked };
  });

  /** How many statements were stored up to and with the one that this is in. */
  const upTo = (is: (event: RunEvent) => boolean) =>
    whole.statements.findLastIndex((statement) => statement.some(({ event }) => is(event))) + 1;

  it.each<[string, (event: RunEvent) => boolean, number]>([
    ['as it began', ({ type }) => type === 'attempt_started', 1],
    ['in its middle', (event) => event.type === 'tool_ended' && event.summary.includes('mean.js'), 2],
    ['after its verdict', (event) => event.type === 'verified' && event.verification.newly_red.length > 0, 2],
    ['before the choice', ({ type }) => type === 'attempt_ended', 2],
    ['before the end', ({ type }) => type === 'attempt_chosen', 2],
  ])('%s comes to the same, and asks nothing twice', async (_, where, begun) => {
    const left = whole.statements.slice(0, upTo(where));
    const { model, asked } = script(begun);
    const { result, events, offered } = await pipeline.play({ model, attempts: rules, left });
    const known = left.flat().filter(({ event }) => event.type === 'turn_ended').length;
    expect(ofType(events, 'attempt_started')).toHaveLength(1);
    expect(ofType(events, 'attempt_ended').map(({ outcome }) => outcome)).toEqual(['unproven', 'unproven']);
    expect(ofType(events, 'attempt_chosen')).toMatchObject([{ attempt: 1 }]);
    expect(ofType(events, 'turn_ended')).toHaveLength(known + asked.length);
    const next = whole.asked[known]?.messages ?? [];
    const [first] = asked;
    if (first !== undefined)
      expect(JSON.stringify(first.messages)).toContain(JSON.stringify(next).slice(0, -1));
    expect(result).toMatchObject({ outcome: 'unproven', patch: expect.stringContaining('lib/total.js') });
    expect(result.patch).not.toContain('lib/mean.js');
    expect(offered).toMatchObject([{ change: { patch: result.patch, tree: result.verification?.tree } }]);
  });
});
