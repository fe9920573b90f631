import { quoteWord } from '../../../text/quote-word.ts';
import { splitWords } from '../../../text/split-words.ts';
import type { TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { parseJestReport } from './jest-report.ts';

const rules = {
  withValue: splitWords(`
    config,c rootDir roots env testEnvironment testEnvironmentOptions preset projects testPathPattern
    testPathPatterns testPathIgnorePatterns testNamePattern,t testMatch testRegex selectProjects
    ignoreProjects filter shard seed changedSince maxWorkers,w maxConcurrency testTimeout
    workerIdleMemoryLimit cacheDirectory setupFiles setupFilesAfterEnv globalSetup globalTeardown globals
    runner testRunner testSequencer resolver transform transformIgnorePatterns moduleNameMapper modulePaths
    moduleFileExtensions moduleDirectories modulePathIgnorePatterns snapshotSerializers reporters outputFile
    notifyMode testResultsProcessor coverageReporters coverageProvider coverageDirectory coverageThreshold
    coveragePathIgnorePatterns collectCoverageFrom
  `),
  drop: splitWords(`
    coverage collectCoverage collectCoverageFrom coverageReporters coverageDirectory coverageProvider
    coverageThreshold coveragePathIgnorePatterns testResultsProcessor watch watchAll reporters json outputFile
    bail b ci verbose silent detectOpenHandles forceExit notify notifyMode onlyChanged o changedSince colors
    color passWithNoTests
  `),
};

export const jest: TestRunner = {
  name: 'jest',
  programs: ['jest'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const selection = files === null ? targets : ['--runTestsByPath', ...files.map(quoteWord)];
    // a test may leave something open, and then jest would never end
    const call = 'jest --ci --forceExit --json --outputFile="$AI_FIX_REPORT" --coverage=false';
    return [call, ...options, ...selection].join(' ');
  },
  parse: parseJestReport,
};
