import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import {
  advanceProgress,
  initialProgress,
  money,
  summaryOf,
} from '../../../src/report/terminal/progress-state.ts';
import { recordedRun, verification } from '../../support/recorded-run.ts';

/** The state after these events, one second apart, the first at 0. */
function stateAfter(events: readonly RunEvent[]) {
  let state = initialProgress;
  for (const [index, event] of events.entries()) state = advanceProgress(state, event, index * 1000);
  return state;
}

describe('advanceProgress', () => {
  it('makes from a whole run what a person wants to see of it', () => {
    expect(stateAfter(recordedRun)).toEqual({
      title: 'It fails on empty lists',
      stages: [
        { name: 'workspace', seconds: 0.5, startedAt: null, detail: '1 uncommitted change is not seen' },
        {
          name: 'environment',
          seconds: 12,
          startedAt: null,
          detail: 'Node 24, npm, vitest, as before; left out fsevents',
        },
        { name: 'check', seconds: 3, startedAt: null, detail: '' },
        { name: 'agent', seconds: 30, startedAt: null, detail: 'the agent says it is done' },
        {
          name: 'verify',
          seconds: 9,
          startedAt: null,
          detail: 'proven: 1 test fails without the change and passes with it',
        },
      ],
      now: '',
      steps: 2,
      usd: expect.closeTo(0.05, 10),
      baseline: '10 passed, 1 failed, 2 skipped, as before',
      ended: 'proven: 1 test fails without the change and passes with it',
    });
  });

  it('adds up the time of a stage that runs more than once, and shows it running again', () => {
    const twice = stateAfter([
      { type: 'stage_started', stage: 'agent' },
      { type: 'stage_ended', stage: 'agent', seconds: 5 },
      { type: 'stage_started', stage: 'verify' },
      { type: 'stage_ended', stage: 'verify', seconds: 1 },
      { type: 'stage_started', stage: 'agent' },
    ]);
    expect(twice.stages).toEqual([
      { name: 'agent', seconds: 5, startedAt: 4000, detail: '' },
      { name: 'verify', seconds: 1, startedAt: null, detail: '' },
    ]);
  });

  it('shows what the agent does right now until the stage is over', () => {
    const events: RunEvent[] = [
      { type: 'stage_started', stage: 'agent' },
      { type: 'tool_ended', name: 'bash', summary: 'ls', seconds: 0.1 },
    ];
    expect(stateAfter(events).now).toBe('bash: ls');
    expect(stateAfter([...events, { type: 'stage_ended', stage: 'agent', seconds: 1 }]).now).toBe('');
  });

  it('shows right now what goes wrong with the model, and forgets it when the stage is over', () => {
    const retried: RunEvent = { type: 'model_retried', why: 'busy', seconds: 2 };
    const dropped: RunEvent = { type: 'turn_dropped', why: 'it was cut off' };
    const started: RunEvent = { type: 'stage_started', stage: 'agent' };
    expect(stateAfter([started, retried]).now).toBe('asking the model again in 2.0 s: busy');
    expect(stateAfter([started, dropped]).now).toBe('an answer of the model was dropped: it was cut off');
    const over = stateAfter([started, retried, { type: 'stage_ended', stage: 'agent', seconds: 1 }]);
    expect(over.now + over.stages[0]?.detail).toBe('');
  });

  it('counts what an answer that broke off has cost', () => {
    const usage = { cacheHitTokens: 1, cacheMissTokens: 1, outputTokens: 1, reasoningTokens: 0 };
    const retried: RunEvent = { type: 'model_retried', why: 'cut', seconds: 2, usage, usd: 0.25 };
    const turn: RunEvent = { type: 'turn_ended', step: 1, usage, usd: 0.5, model: 'm', seconds: 1 };
    expect(stateAfter([retried, turn])).toMatchObject({ usd: 0.75, steps: 1 });
  });

  it('never changes a state that it was given', () => {
    let state = structuredClone(initialProgress);
    for (const event of recordedRun) {
      const before = structuredClone(state);
      const next = advanceProgress(state, event, 0);
      expect(state).toEqual(before);
      state = next;
    }
  });
});

describe('summaryOf', () => {
  const usage = { cacheHitTokens: 1, cacheMissTokens: 2, outputTokens: 345, reasoningTokens: 4 };
  it.each<[RunEvent, string | null]>([
    [
      {
        type: 'run_started',
        run: 'r',
        title: 'It fails',
        base: '0123456789abcdef',
        model: 'deepseek-v4-pro',
      },
      'It fails (base 0123456789, deepseek-v4-pro)',
    ],
    [{ type: 'stage_started', stage: 'agent' }, null],
    [{ type: 'stage_ended', stage: 'agent', seconds: 1 }, null],
    [{ type: 'message', message: { role: 'user', content: 'secret' } }, null],
    [{ type: 'note', text: 'a note' }, 'a note'],
    [
      {
        type: 'environment_ready',
        summary: 'Node 24, npm',
        cached: false,
        image: 'i',
        leftOut: [],
        notes: ['one', 'two'],
      },
      'Node 24, npm; one; two',
    ],
    [
      {
        type: 'baseline_ready',
        counts: { passed: 1, failed: 2, skipped: 3 },
        problem: null,
        seconds: 1,
        cached: false,
      },
      '1 passed, 2 failed, 3 skipped',
    ],
    [
      {
        type: 'baseline_ready',
        counts: { passed: 1, failed: 0, skipped: 0 },
        problem: 'it took too long',
        seconds: 1,
        cached: false,
      },
      'not complete: it took too long',
    ],
    [
      { type: 'turn_ended', step: 3, usage, usd: 0.0123, model: 'm', seconds: 1 },
      'step 3: 345 tokens, $0.0123',
    ],
    [{ type: 'turn_dropped', why: 'it was cut off' }, 'an answer of the model was dropped: it was cut off'],
    [{ type: 'tool_ended', name: 'bash', summary: 'ls -l', seconds: 1 }, 'bash: ls -l'],
    [{ type: 'model_retried', why: 'busy', seconds: 1.26 }, 'asking the model again in 1.3 s: busy'],
    [{ type: 'agent_ended', end: 'finished' }, 'the agent says it is done'],
    [
      { type: 'agent_ended', end: 'no_progress' },
      'the agent was stopped: the agent made no progress any more',
    ],
    [
      { type: 'agent_ended', end: 'model', fault: { code: 'model_unknown', why: 'there is no model x' } },
      'the agent was stopped: there is no model x',
    ],
    [
      { type: 'verified', round: 1, verification },
      'proven: 1 test fails without the change and passes with it',
    ],
    [
      {
        type: 'changed',
        tree: 't',
        files: [
          { path: 'a.js', kind: 'added', added: 1, removed: 0 },
          { path: 'b.js', kind: 'deleted', added: 0, removed: 1 },
        ],
      },
      '2 files changed',
    ],
    [
      { type: 'published', published: { pull: 7, url: 'u', branch: 'b', commit: 'c', tree: 't' } },
      'pull request #7',
    ],
    [{ type: 'outcome', outcome: 'failed', why: 'the disk is full' }, 'failed: the disk is full'],
  ])('of %j is %j', (event, expected) => {
    expect(summaryOf(event)).toBe(expected);
  });
});

describe('money', () => {
  it.each([
    [0, '$0.0000'],
    [0.01234, '$0.0123'],
    [0.1, '$0.10'],
    [1.995, '$2.00'],
    [12.3, '$12.30'],
  ])('%d is %s', (usd, expected) => {
    expect(money(usd)).toBe(expected);
  });
});
