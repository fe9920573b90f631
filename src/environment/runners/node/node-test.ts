import { z } from 'zod';
import type { TestResult } from '../../../core/tests.ts';
import { splitWords } from '../../../text/split-words.ts';
import { argumentsFor, jsonLines, relativeTo, type TestRunner, withMessage } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { withEachFile } from './node-files.ts';

/** Node's own options that take the next word as their value. */
export const nodeOptionsWithValue = splitWords(
  'import require,r loader experimental-loader conditions,C env-file env-file-if-exists',
);

const rules = {
  withValue: [
    ...nodeOptionsWithValue,
    ...splitWords(`
      test-reporter test-reporter-destination test-name-pattern,t test-skip-pattern test-shard
      test-concurrency test-timeout test-isolation experimental-test-isolation test-global-setup
      test-coverage-lines test-coverage-branches test-coverage-functions test-coverage-include
      test-coverage-exclude coverage coverage-include coverage-exclude
    `),
  ],
  drop: splitWords(`
    test test-reporter test-reporter-destination watch experimental-test-coverage test-only
    test-coverage-lines test-coverage-branches test-coverage-functions test-coverage-include
    test-coverage-exclude coverage coverage-include coverage-exclude t debug
  `),
};

const lineSchema = z.object({
  file: z.string().optional(),
  path: z.array(z.string()).min(1),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().optional(),
});

export const nodeTest: TestRunner = {
  name: 'node-test',
  // better-node-test calls Node's own runner with these options of its own: -t, --coverage, --debug
  programs: ['bnt', 'better-node-test'],
  split: (words) => splitArguments(words, rules),
  script(command, files) {
    const reporter = '--test-reporter=/opt/ai-fix/reporters/node-test.mjs';
    const call = [
      `node --test ${reporter} --test-reporter-destination="$AI_FIX_REPORT"`,
      ...argumentsFor(command, files),
    ].join(' ');
    return withEachFile(call);
  },
  parse(report, root) {
    return [...jsonLines(report)].map((line): TestResult => {
      const { file, path, status, message } = lineSchema.parse(line);
      const from = file === undefined ? null : relativeTo(root, file);
      const names = path.map((name) => (name.startsWith(`${root}/`) ? relativeTo(root, name) : name));
      const id = [...(from === null || names[0] === from ? [] : [from]), ...names].join(' > ');
      return withMessage({ id, status, file: from }, message);
    });
  },
};
