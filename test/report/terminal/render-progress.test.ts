import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { initialProgress, type ProgressState } from '../../../src/report/terminal/progress-state.ts';
import { renderProgress } from '../../../src/report/terminal/render-progress.ts';

const running: ProgressState = {
  title: 'It fails on empty lists',
  stages: [
    { name: 'environment', seconds: 12.34, startedAt: null, detail: 'Node 24, npm, vitest' },
    { name: 'agent', seconds: 60, startedAt: 5000, detail: 'older' },
  ],
  now: 'bash: npm test',
  steps: 7,
  usd: 0.1234,
  baseline: '10 passed, 1 failed, 0 skipped',
  ended: null,
};

const plainLines = (text: string) => stripVTControlCharacters(text).split('\n');

describe('renderProgress', () => {
  it('shows the title, each stage with its time, what goes on now, and the baseline', () => {
    expect(plainLines(renderProgress(running, '', 65_000, 100))).toEqual([
      'It fails on empty lists',
      '✔ environment   12.3 s  Node 24, npm, vitest',
      '⠋ agent       2 m 00 s  step 7 · $0.12 · bash: npm test',
      '  baseline              10 passed, 1 failed, 0 skipped',
    ]);
  });

  it('shows what is said meanwhile instead of the last tool', () => {
    expect(plainLines(renderProgress(running, 'npm test: 3 of 10', 65_000, 100))[2]).toMatch(
      /· npm test: 3 of 10$/,
    );
  });

  it('turns its sign while a stage runs', () => {
    const signs = [0, 100, 200].map((at) => plainLines(renderProgress(running, '', at, 100))[2]?.[0]);
    expect(new Set(signs).size).toBe(3);
  });

  it('is coloured whatever standard output is: whether to draw is decided elsewhere', () => {
    expect(renderProgress(running, '', 0, 100)).toContain('\u001b[32m✔\u001b[39m');
  });

  it('closes every colour that it opens, also where a line is cut', () => {
    for (let width = 1; width < 80; width++) {
      for (const line of renderProgress(running, 'x'.repeat(200), 65_000, width).split('\n')) {
        const codes = [...line.matchAll(/\u001b\[(\d+)m/g)].map((match) => Number(match[1]));
        const opened = codes.filter((code) => code < 22 || (code >= 30 && code <= 37));
        expect(codes.length).toBe(2 * opened.length);
      }
    }
  });

  it('never draws a line wider than the terminal, whatever the texts hold', () => {
    const alphabet = [
      'a',
      'b',
      ' ',
      '界',
      '한',
      '🙂',
      '👩‍💻',
      'é',
      'e\u0301',
      '｡',
      'Ａ',
      '\n',
      '\t',
      '\u001b[31m',
      '\u202e',
      '🇩🇪',
    ];
    const random = randomNumbers(7);
    const text = () =>
      Array.from(
        { length: Math.floor(random() * 120) },
        () => alphabet[Math.floor(random() * alphabet.length)],
      ).join('');
    for (let round = 0; round < 500; round++) {
      const width = 1 + Math.floor(random() * 120);
      const state: ProgressState = {
        ...running,
        title: text(),
        stages: running.stages.map((stage) => ({ ...stage, detail: text() })),
        now: text(),
        baseline: `x${text()}`,
      };
      const lines = plainLines(renderProgress(state, random() < 0.5 ? text() : '', 65_000, width));
      expect(lines).toHaveLength(4);
      for (const line of lines)
        expect(columns(line), JSON.stringify({ line, width })).toBeLessThan(width + 1);
    }
  });

  it('lets no text steer the terminal or start a line', () => {
    const evil = 'a\u001b]0;title\u0007\u001b[2J\r\n::error::b\u009b31m';
    const state: ProgressState = {
      ...running,
      title: evil,
      stages: [
        { name: 'check', seconds: 1, startedAt: null, detail: evil },
        { name: 'agent', seconds: 1, startedAt: 0, detail: evil },
      ],
      now: evil,
      baseline: evil,
    };
    for (const say of ['', evil]) {
      const drawn = renderProgress(state, say, 0, 200);
      expect(drawn.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u001b\u0007\r\u009b]/);
      expect(drawn.split('\n')).toHaveLength(4);
    }
  });

  it('shows hours of work in minutes', () => {
    const state: ProgressState = {
      ...initialProgress,
      stages: [{ name: 'agent', seconds: 3 * 3600 + 65.9, startedAt: null, detail: '' }],
    };
    expect(plainLines(renderProgress(state, '', 0, 80))[1]).toContain('181 m 05 s');
  });
});

/** Columns that a terminal takes for the characters above: two for wide ones, none for marks and joiners. */
function columns(line: string): number {
  return [...line].reduce((sum, character) => {
    if (/[\u0301\u200d]/.test(character)) return sum;
    return sum + (/[界한🙂👩💻Ａ]|[\u{1f1e6}-\u{1f1ff}]/u.test(character) ? 2 : 1);
  }, 0);
}

/** Numbers from 0 to 1 that are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
