import type { RunEvent } from '../../src/core/events.ts';
import type { Verification } from '../../src/core/verification.ts';

export const verification: Verification = {
  verdict: 'proven',
  why: '1 test fails without the change and passes with it',
  tree: 'aaaa',
  base: 'bbbb',
  red_to_green: ['works on empty lists'],
  new: [],
  still_green: 10,
  newly_red: [],
  already_red: ['divides'],
  flaky: [],
  not_run: [],
  tampering: [],
};

const usage = { cacheHitTokens: 1000, cacheMissTokens: 200, outputTokens: 345, reasoningTokens: 100 };
const turn = (step: number, usd: number): RunEvent => ({
  type: 'turn_ended',
  step,
  usage,
  usd,
  model: 'deepseek-v4-pro',
  seconds: 4,
});

/** The events of a run as they come, every type among them. */
export const recordedRun: RunEvent[] = [
  { type: 'note', text: 'nothing runs yet' },
  {
    type: 'run_started',
    run: 'fix-1',
    title: 'It fails on empty lists',
    base: '0123456789abcdef',
    model: 'deepseek-v4-pro',
  },
  { type: 'stage_started', stage: 'workspace' },
  { type: 'note', text: '1 uncommitted change is not seen' },
  { type: 'stage_ended', stage: 'workspace', seconds: 0.5 },
  { type: 'stage_started', stage: 'environment' },
  {
    type: 'environment_ready',
    summary: 'Node 24, npm, vitest',
    cached: true,
    image: 'ai-fix-environment:1',
    leftOut: [{ name: 'fsevents', why: 'it is for macOS' }],
    notes: ['left out fsevents'],
  },
  { type: 'stage_ended', stage: 'environment', seconds: 12 },
  { type: 'stage_started', stage: 'check' },
  { type: 'stage_ended', stage: 'check', seconds: 3 },
  { type: 'stage_started', stage: 'agent' },
  { type: 'message', message: { role: 'user', content: 'Please fix it.' } },
  { type: 'model_retried', why: 'the stream ended before its end mark', seconds: 0.5 },
  turn(1, 0.02),
  { type: 'turn_dropped', why: 'it held a tool call as text' },
  {
    type: 'baseline_ready',
    counts: { passed: 10, failed: 1, skipped: 2 },
    problem: null,
    seconds: 8,
    cached: true,
  },
  turn(2, 0.03),
  { type: 'tool_ended', name: 'bash', summary: 'npm test', seconds: 2 },
  { type: 'stage_ended', stage: 'agent', seconds: 30 },
  { type: 'agent_ended', end: 'finished' },
  { type: 'stage_started', stage: 'verify' },
  { type: 'stage_ended', stage: 'verify', seconds: 9 },
  { type: 'verified', round: 1, verification },
  { type: 'outcome', outcome: 'proven', why: '1 test fails without the change and passes with it' },
];
