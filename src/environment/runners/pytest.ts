import { z } from 'zod';
import { quoteWord } from '../shell-words.ts';
import { jsonLines, shorten, type TestRunner } from './runner.ts';
import { splitArguments } from './split-arguments.ts';

const rules = {
  withValue: [
    'config-file,c',
    'rootdir',
    'm',
    'k',
    'p',
    'o',
    'numprocesses,n',
    'maxfail',
    'ignore',
    'ignore-glob',
    'deselect',
    'junitxml',
    'junit-xml',
    'cov',
    'cov-report',
    'cov-config',
    'durations',
    'timeout',
    'tb',
  ],
  drop: [
    ...[
      'junitxml',
      'junit-xml',
      'cov',
      'cov-report',
      'cov-config',
      'cov-fail-under',
      'maxfail',
      'exitfirst',
      'x',
    ],
    ...['verbose', 'v', 'quiet', 'q', 'durations', 'color', 'tb'],
  ],
};

const lineSchema = z.object({
  id: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().nullable(),
});

export const pytest: TestRunner = {
  name: 'pytest',
  programs: ['pytest', 'py.test'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const selection = files === null ? targets : files.map(quoteWord);
    return [
      'PYTHONPATH="/opt/ai-fix/reporters${PYTHONPATH:+:$PYTHONPATH}" python -m pytest -p ai_fix_pytest -p no:cacheprovider',
      ...options,
      ...selection,
    ].join(' ');
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
