import { splitWords } from '../../../text/split-words.ts';
import { argumentsFor, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { parseJestReport } from './jest-report.ts';

const rules = {
  withValue: splitWords(`
    config,c root,r dir project environment pool testNamePattern,t exclude shard mode testTimeout hookTimeout
    teardownTimeout retry bail maxWorkers minWorkers maxConcurrency sequence.seed browser.name
    typecheck.tsconfig reporter outputFile coverage.provider coverage.reporter coverage.include
    coverage.exclude coverage.reportsDirectory
  `),
  drop: splitWords(`
    reporter outputFile coverage watch w run ui silent bail passWithNoTests color changed
  `),
};

export const vitest: TestRunner = {
  name: 'vitest',
  programs: ['vitest'],
  split(words) {
    const { options, targets } = splitArguments(words, rules);
    const subcommands = new Set(['run', 'watch', 'dev']);
    return { options, targets: subcommands.has(targets[0] ?? '') ? targets.slice(1) : targets };
  },
  script(command, files) {
    return [
      'vitest run --reporter=json --outputFile="$AI_FIX_REPORT" --coverage.enabled=false',
      ...argumentsFor(command, files),
    ].join(' ');
  },
  parse: parseJestReport,
};
