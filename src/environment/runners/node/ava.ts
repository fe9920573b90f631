import { quoteWord } from '../../../text/quote-word.ts';
import type { TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { parseFlatTap } from './tap-report.ts';

const rules = {
  withValue: ['match,m', 'concurrency,c', 'timeout,T', 'config', 'node-arguments'],
  drop: ['watch', 'w', 'tap', 't', 'verbose', 'v', 'fail-fast', 'color', 'no-color', 'update-snapshots', 'u'],
};

export const ava: TestRunner = {
  name: 'ava',
  programs: ['ava'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const selection = files === null ? targets : files.map(quoteWord);
    return ['ava --tap', ...options, ...selection, '> "$AI_FIX_REPORT"'].join(' ');
  },
  parse: parseFlatTap,
};
