import { quoteWord } from '../shell-words.ts';
import type { TestRunner } from './runner.ts';
import { splitArguments } from './split-arguments.ts';
import { parseNestedTap } from './tap-report.ts';

const rules = {
  withValue: [
    'reporter,R',
    'reporter-file',
    'jobs,j',
    'timeout,t',
    'coverage-report',
    'node-arg',
    'test-arg',
    'plugin',
  ],
  drop: [
    ...['reporter', 'R', 'reporter-file', 'coverage', 'no-coverage', 'disable-coverage', 'coverage-report'],
    ...[
      'allow-incomplete-coverage',
      'allow-empty-coverage',
      '100',
      'cov',
      'no-cov',
      'check-coverage',
      'bail',
      'b',
    ],
    ...['no-check-coverage', 'watch', 'color', 'no-color', 'show-full-coverage'],
  ],
};

/** Up to version 16 coverage, which fails a run below 100 %, is switched off by another name than after. */
const coverageOff =
  "$(node -p \"parseInt(require(process.cwd() + '/node_modules/tap/package.json').version) < 18 ? '--no-coverage' : '--disable-coverage'\")";

export const tap: TestRunner = {
  name: 'tap',
  programs: ['tap'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const selection = files === null ? targets : files.map(quoteWord);
    return [`tap ${coverageOff} -Rtap`, ...options, ...selection, '> "$AI_FIX_REPORT"'].join(' ');
  },
  parse: parseNestedTap,
};
