import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { factsOf } from '../../src/report/run-facts.ts';
import { createRunLog } from '../../src/run/run-log.ts';

const usage = { cacheHitTokens: 7, cacheMissTokens: 2, outputTokens: 3, reasoningTokens: 1 };
const turn: RunEvent = { type: 'turn_ended', step: 1, usage, usd: 0.5, model: 'm', seconds: 4, waited: 3 };
const tool: RunEvent = { type: 'tool_ended', name: 'bash', summary: 'ls', seconds: 2 };

describe('the account of a run', () => {
  it('adds up tokens, money, and the seconds of model, tools and waiting', async () => {
    const log = createRunLog(
      async () => {},
      () => 0,
    );
    await log.emit(turn, tool, { type: 'turn_dropped', why: 'cut' }, turn, tool, tool);
    expect(log.usage()).toEqual({
      cacheHitTokens: 14,
      cacheMissTokens: 4,
      outputTokens: 6,
      reasoningTokens: 2,
      usd: 1,
      steps: 2,
      seconds: { model: 8, tools: 6, waiting: 6 },
    });
  });

  it('counts what had come of an answer that broke off, which is no step', async () => {
    const log = createRunLog(
      async () => {},
      () => 0,
    );
    const broken: RunEvent = { type: 'model_retried', why: 'cut', seconds: 1, usage, usd: 0.5 };
    await log.emit(turn, broken, { type: 'model_retried', why: 'busy', seconds: 1 });
    expect(log.usage()).toMatchObject({ outputTokens: 6, usd: 1, steps: 1 });
    expect(factsOf([{ number: 1, at: '', event: broken }])).toMatchObject({ usd: 0.5, usage, steps: 0 });
  });

  it('reads events of a version that did not tell what was waited', async () => {
    const log = createRunLog(
      async () => {},
      () => 0,
    );
    const { waited: _, ...older } = turn as typeof turn & { waited: number };
    await log.emit(older);
    expect(log.usage().seconds).toEqual({ model: 4, tools: 0, waiting: 0 });
  });
});
