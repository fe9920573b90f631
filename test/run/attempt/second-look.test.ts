import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Complete } from '../../../src/agent/loop.ts';
import type { Turn } from '../../../src/core/conversation.ts';
import { OperationalError } from '../../../src/core/errors.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import { toolCall, turnOf } from '../../support/agent.ts';
import { write } from '../../support/fix.ts';
import { type Played, type Statements, startPipeline } from '../../support/pipeline-run.ts';
import { fixedTotal, newTest, sumsFiles } from '../../support/sums.ts';

const bash = (command: string) => turnOf([toolCall('bash', { command })]);
const testFile = sumsFiles['test/total.test.js'] + newTest;
const fix = bash(`${write('lib/total.js', fixedTotal)}\n${write('test/total.test.js', testFile)}`);
const done = turnOf([]);
const worse = bash(write('lib/total.js', sumsFiles['lib/total.js'] ?? ''));
const refused = new OperationalError('model_rejected_request', 'The model endpoint refuses the request.');

/** Gives these turns by the number of answers in the conversation, then says that it is done. */
const playing =
  (turns: Record<number, Turn | Error>): (() => Complete) =>
  () =>
  async (messages) => {
    const turn = turns[messages.filter(({ role }) => role === 'assistant').length] ?? done;
    if (turn instanceof Error) throw turn;
    return turn;
  };

const verifyStages = (events: readonly RunEvent[]) =>
  events.filter((event) => event.type === 'stage_started' && event.stage === 'verify').length;

let pipeline: Awaited<ReturnType<typeof startPipeline>>;
let first: Played;
let left: Statements;
beforeAll(async () => {
  pipeline = await startPipeline();
  first = await pipeline.play({ model: playing({ 0: fix }) });
  expect(first.result).toMatchObject({ outcome: 'proven' });
  // the worker dies once the proven change has gone back to the agent
  const asked = first.statements.findIndex((events) => events.some(({ event }) => event.type === 'verified'));
  left = first.statements.slice(0, asked + 1);
});
afterAll(() => pipeline[Symbol.asyncDispose]());

describe('a run that was left while the agent looked at a proven change again', () => {
  it('is not proven again where the agent leaves it as it is', async () => {
    const { result, events, offered } = await pipeline.play({ model: playing({}), left });
    expect(verifyStages(events)).toBe(1);
    expect(result).toMatchObject({ outcome: 'proven', patch: first.result.patch });
    expect(offered).toMatchObject([{ change: { patch: first.result.patch }, end: { outcome: 'proven' } }]);
  });

  it.each([
    ['makes it worse', worse],
    ['cannot be asked any more', refused],
  ])('keeps the proven change where the agent %s', async (_, turn) => {
    const { result, events, offered } = await pipeline.play({ model: playing({ 2: turn }), left });
    expect(result).toMatchObject({ outcome: 'proven', patch: first.result.patch });
    expect(offered).toMatchObject([{ change: { patch: first.result.patch } }]);
    const { verification } = first.result;
    const last = events.findLast((event) => event.type === 'verified');
    expect(last).toMatchObject({ verification: { verdict: 'proven', tree: verification?.tree } });
  });

  it('takes what the agent makes better', async () => {
    const better = bash(write('lib/total.js', `// The sum of all numbers.\n${fixedTotal}`));
    const { result } = await pipeline.play({ model: playing({ 2: better }), left });
    expect(result).toMatchObject({ outcome: 'proven', patch: expect.stringContaining('The sum of all') });
  });
});

it('a change that was made worse and put right again is not proven a second time', async () => {
  const again = bash(write('lib/total.js', fixedTotal));
  const { result, events } = await pipeline.play({ model: playing({ 0: fix, 2: worse, 4: again }) });
  expect(result).toMatchObject({ outcome: 'proven', patch: first.result.patch });
  expect(verifyStages(events)).toBe(2);
});
