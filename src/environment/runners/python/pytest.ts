import { z } from 'zod';
import { quoteWord } from '../../../text/quote-word.ts';
import { jsonLines, shorten, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';

const rules = {
  withValue: [
    ...['config-file,c', 'rootdir', 'confcutdir', 'basetemp', 'import-mode', 'm', 'k', 'p', 'override-ini,o'],
    ...['pythonwarnings,W', 'r', 'ignore', 'ignore-glob', 'deselect', 'maxfail', 'capture', 'log-level'],
    ...[
      'log-cli-level',
      'log-file',
      'show-capture',
      'tb',
      'durations',
      'durations-min',
      'junitxml',
      'junit-xml',
    ],
    ...['numprocesses,n', 'dist', 'timeout', 'reruns', 'reruns-delay', 'asyncio-mode', 'ds', 'html'],
    ...['cov', 'cov-report', 'cov-config', 'cov-context', 'cov-fail-under'],
  ],
  drop: [
    ...['junitxml', 'junit-xml', 'html', 'cov', 'cov-report', 'cov-config', 'cov-context', 'cov-fail-under'],
    ...['cov-branch', 'cov-append', 'maxfail', 'exitfirst', 'x', 'pdb', 'verbose', 'v', 'quiet', 'q', 'r'],
    ...['durations', 'durations-min', 'color', 'tb'],
  ],
};

const lineSchema = z.object({
  id: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().nullable(),
});

/** How pytest is called, whatever is to run. */
export const pytestCall = [
  'PYTHONPATH="/opt/ai-fix/reporters:$PYTHONPATH" python -m pytest -p ai_fix_pytest',
  '-o cache_dir=/tmp/.pytest-cache', // without a cache, options that need one would be refused
  '--continue-on-collection-errors', // else one file that cannot be loaded ends the whole run
].join(' ');

export const pytest: TestRunner = {
  name: 'pytest',
  programs: ['pytest', 'py.test'],
  split: (words) => splitArguments(words, rules),
  brokenOff: [2, 3], // interrupted, and pytest's own error
  script({ options, targets }, files) {
    const selection = files === null ? targets : files.map(quoteWord);
    return [pytestCall, ...options, ...selection].join(' ');
  },
  parse(report) {
    const lines = [...jsonLines(report)].map((line) => lineSchema.parse(line));
    return lines.map(({ id, status, message }) => ({
      id,
      status,
      file: id.split('::')[0] ?? null,
      ...(message === null ? {} : { message: shorten(message) }),
    }));
  },
};
