import { argumentsFor, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { parseCommentedTap } from './tap-report.ts';

const rules = { withValue: ['require,r', 'ignore,i', 'ignore-pattern', 'import'], drop: ['only'] };

export const tape: TestRunner = {
  name: 'tape',
  programs: ['tape'],
  split: (words) => splitArguments(words, rules),
  script(command, files) {
    return ['tape', ...argumentsFor(command, files), '> "$AI_FIX_REPORT"'].join(' ');
  },
  parse: parseCommentedTap,
};
