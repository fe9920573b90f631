import type { TestRunner } from './runner.ts';

/** Any other command: one test, which passes when the command exits with 0. */
export const command: TestRunner = {
  name: 'command',
  programs: [],
  split: (words) => ({ options: words.map((word) => word.shell), targets: [] }),
  script: ({ options }) => `(${options.join(' ')}); echo $? > "$AI_FIX_REPORT"`,
  parse(report) {
    const code = Number(report.trim());
    if (!Number.isInteger(code)) throw new Error('the test command left no exit code');
    const status = code === 0 ? 'passed' : 'failed';
    return [{ id: '(the test command)', status, file: null }];
  },
};
