import type { TestStatus } from '../../core/tests.ts';
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
    return [{ id: '(the test command)', status: statusOf(code), file: null }];
  },
  problem: (report) =>
    statusOf(report.trim()) === 'error'
      ? `could not be run: a program that it calls is not there, or cannot be run (exit code ${report.trim()})`
      : null,
};

/** A shell has these two exit codes for what it could not run, and otherwise those of what it ran. */
function statusOf(code: string): TestStatus {
  if (code === '126' || code === '127') return 'error';
  return code === '0' ? 'passed' : 'failed';
}
