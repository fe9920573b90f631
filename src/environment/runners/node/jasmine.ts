import { argumentsFor, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { nodeTest } from './node-test.ts';

const rules = {
  withValue: ['filter', 'helper', 'config', 'seed', 'random', 'reporter', 'require'],
  drop: ['reporter', 'color', 'fail-fast', 'stop-on-failure', 'verbose'],
};

/** jasmine takes the values of its options after `=` alone. */
export const jasmine: TestRunner = {
  name: 'jasmine',
  programs: ['jasmine'],
  split: (words) => splitArguments(words, rules),
  script(command, files) {
    // the order is random by default
    const fixed = ['--reporter=/opt/ai-fix/reporters/jasmine.cjs', '--seed=1'];
    return ['jasmine', ...fixed, ...argumentsFor(command, files)].join(' ');
  },
  parse: nodeTest.parse,
};
