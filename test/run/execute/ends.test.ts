import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Complete } from '../../../src/agent/loop.ts';
import type { Turn } from '../../../src/core/conversation.ts';
import { OperationalError } from '../../../src/core/errors.ts';
import type { AgentEnd } from '../../../src/core/events.ts';
import type { RunLimits } from '../../../src/core/limits.ts';
import { toolCall, turnOf } from '../../support/agent.ts';
import { write } from '../../support/fix.ts';
import { startPipeline } from '../../support/pipeline-run.ts';
import { fixedTotal, newTest, sumsFiles } from '../../support/sums.ts';

let pipeline: Awaited<ReturnType<typeof startPipeline>>;
beforeAll(async () => {
  pipeline = await startPipeline();
});
afterAll(() => pipeline[Symbol.asyncDispose]());

const bash = (command: string, more: Partial<Turn> = {}) => turnOf([toolCall('bash', { command })], more);
const goodFix = bash(
  `${write('lib/total.js', fixedTotal)}\n${write('test/total.test.js', sumsFiles['test/total.test.js'] + newTest)}`,
);

/** This in one turn, then that for ever. */
function doThen(work: Turn, next: () => Turn): () => Complete {
  let asked = 0;
  return () => async () => (asked++ === 0 ? work : next());
}

let minutes = 0;
const afterHours = () => {
  minutes = 100;
  return bash('ls');
};
const refused = new OperationalError('model_rejected_request', 'The model endpoint refuses the request.');
const refuse = () => {
  throw refused;
};
const tooLong = () => {
  throw new OperationalError('context_overflow', 'The conversation is longer than the model can take.');
};

it.each<{ end: AgentEnd; next: () => Turn; limits?: Partial<RunLimits> }>([
  { end: 'steps', next: () => bash('ls'), limits: { steps: 1 } },
  { end: 'money', next: () => bash('ls', { usd: 5 }) },
  { end: 'time', next: afterHours },
  { end: 'no_progress', next: () => bash('ls') },
  { end: 'malformed', next: () => turnOf([toolCall('bash', '{"command": ')]) },
  { end: 'context', next: tooLong },
  { end: 'model', next: refuse },
])(
  'a change is tested and offered also where the agent ends with $end',
  async ({ end, next, limits = {} }) => {
    minutes = 0;
    const now = () => minutes * 60_000;
    const { result, events, offered } = await pipeline.play({ model: doThen(goodFix, next), limits, now });
    expect(events.find(({ type }) => type === 'agent_ended')).toMatchObject({ end });
    expect(result).toMatchObject({ outcome: 'proven', verification: { verdict: 'proven' } });
    expect(result.patch).toContain('lib/total.js');
    expect(offered).toMatchObject([{ change: { patch: result.patch }, end: { outcome: 'proven' } }]);
  },
);

it('a conversation that is too long before anything changed fails, and says so', async () => {
  const { result, events } = await pipeline.play({ model: () => async () => tooLong() });
  expect(result).toMatchObject({ outcome: 'failed', patch: null });
  expect(events.at(-1)).toMatchObject({ type: 'outcome', code: 'context_overflow' });
});

it('half a change is tested and offered where the model fails, and the run says what it failed by', async () => {
  const half = bash(write('lib/half.js', 'exports.half = true;'));
  const { result, events, offered } = await pipeline.play({ model: doThen(half, refuse) });
  const end = { outcome: 'failed', why: refused.message, code: refused.code };
  expect(events.at(-1)).toMatchObject({ type: 'outcome', ...end });
  expect(result).toMatchObject({ outcome: 'failed', verification: { verdict: 'unproven', newly_red: [] } });
  expect(offered).toMatchObject([{ change: { patch: result.patch }, end }]);
});

it.each([
  ['what it had fixed is proven', goodFix, { outcome: 'proven' }],
  [
    'half a change says what it failed by',
    bash(write('lib/half.js', 'exports.half = true;')),
    { outcome: 'failed', why: refused.message, code: refused.code },
  ],
])('a run that is gone on with after the model failed does not ask it again: %s', async (_, work, end) => {
  const { statements } = await pipeline.play({ model: doThen(work, refuse) });
  const broken = statements.findIndex((events) => events.some(({ event }) => event.type === 'agent_ended'));
  let asked = 0;
  const model = () => async () => {
    asked++;
    return refuse();
  };
  const { events } = await pipeline.play({ model, left: statements.slice(0, broken + 1) });
  expect(events.at(-1)).toMatchObject({ type: 'outcome', ...end });
  expect(asked).toBe(0);
});
