import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { initialProgress } from '../../../src/report/terminal/progress-state.ts';
import { renderEvaluation } from '../../../src/report/terminal/render-evaluation.ts';

const agent = { name: 'agent' as const, seconds: 0, startedAt: 5000, detail: '' };
const state = {
  total: 12,
  done: 3,
  good: 2,
  began: 0,
  running: new Map([
    [
      'npm__node-semver-12',
      {
        began: 1000,
        isScoring: false,
        run: { ...initialProgress, stages: [agent], steps: 4, usd: 0.5, now: 'bash: npm test\nrm -rf' },
      },
    ],
    [
      'short',
      { began: 60_000, isScoring: true, run: { ...initialProgress, now: 'running the hidden tests' } },
    ],
  ]),
};
const lines = (width: number) => stripVTControlCharacters(renderEvaluation(state, 61_000, width)).split('\n');

describe('renderEvaluation', () => {
  it('shows a line for each that runs, with its stage, and how far all is', () => {
    expect(lines(120)).toEqual([
      '· npm__node-semver-12   60.0 s  agent       step 4 · $0.50 · bash: npm test rm -rf',
      '· short                  1.0 s  score       running the hidden tests',
      '3 of 12 done, 2 resolved  61.0 s',
    ]);
  });

  it('keeps to the width of the terminal', () => {
    expect(lines(30).every(({ length }) => length < 30)).toBe(true);
  });
});
