import { argumentsFor, type TestRunner } from '../runner.ts';
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
  script(command, files) {
    return ['ava --tap', ...argumentsFor(command, files), '> "$AI_FIX_REPORT"'].join(' ');
  },
  parse: parseFlatTap,
};
