import { quoteWord } from '../shell-words.ts';
import { parseJestReport } from './jest-report.ts';
import type { TestRunner } from './runner.ts';
import { splitArguments } from './split-arguments.ts';

const rules = {
  withValue: [
    'config,c',
    'rootDir',
    'roots',
    'env',
    'testEnvironment',
    'testPathPattern',
    'testPathPatterns',
    'testPathIgnorePatterns',
    'testNamePattern,t',
    'maxWorkers,w',
    'selectProjects',
    'projects',
    'testTimeout',
    'setupFiles',
    'reporters',
    'outputFile',
    'coverageReporters',
    'coverageDirectory',
    'collectCoverageFrom',
  ],
  drop: [
    ...['coverage', 'collectCoverage', 'coverageReporters', 'coverageDirectory', 'collectCoverageFrom'],
    ...['watch', 'watchAll', 'reporters', 'json', 'outputFile', 'bail', 'ci', 'verbose', 'silent', 'notify'],
    ...['onlyChanged', 'o', 'colors', 'passWithNoTests'],
  ],
};

export const jest: TestRunner = {
  name: 'jest',
  programs: ['jest'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const selection = files === null ? targets : ['--runTestsByPath', ...files.map(quoteWord)];
    return ['jest --ci --json --outputFile="$AI_FIX_REPORT" --coverage=false', ...options, ...selection].join(
      ' ',
    );
  },
  parse: parseJestReport,
};
