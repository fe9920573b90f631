import { quoteWord } from '../../../text/quote-word.ts';
import type { TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { parseCommentedTap } from './tap-report.ts';

const rules = { withValue: ['require,r', 'ignore,i', 'ignore-pattern', 'import'], drop: ['only'] };

export const tape: TestRunner = {
  name: 'tape',
  programs: ['tape'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const selection = files === null ? targets : files.map(quoteWord);
    return ['tape', ...options, ...selection, '> "$AI_FIX_REPORT"'].join(' ');
  },
  parse: parseCommentedTap,
};
