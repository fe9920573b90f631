import type { TestRunner } from './runner.ts';

/** Any other command: one test, which passes when the command exits with 0. */
export const command: TestRunner = {
  name: 'command',
  programs: [],
  split: (words) => ({ options: words.map((word) => word.shell), targets: [] }),
  // on lines of its own, for it may end in a comment
  script: ({ options }) => `(\n${options.join(' ')}\n); echo $? > "$AI_FIX_REPORT"`,
  parse(report) {
    const code = report.trim();
    if (!/^\d+$/.test(code)) throw new Error('the test command left no exit code');
    const status = code === '0' ? 'passed' : 'failed';
    return [{ id: '(the test command)', status, file: null }];
  },
};
