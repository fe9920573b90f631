import type { TestResult } from '../../../core/tests.ts';
import { quoteWord } from '../../../text/quote-word.ts';
import { splitWords } from '../../../text/split-words.ts';
import { parseJunit } from '../junit-report.ts';
import { relativeTo, type TestRunner, withMessage } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';

const rules = {
  withValue: splitWords(`
    timeout preload,r rerun-each test-name-pattern,t seed max-concurrency env-file conditions config,c
    define,d loader,l tsconfig-override path-ignore-patterns reporter reporter-outfile coverage-reporter
    coverage-dir
  `),
  drop: splitWords(`
    reporter reporter-outfile coverage coverage-reporter coverage-dir bail watch hot only dots only-failures
    update-snapshots u
  `),
};

/** Bun's own runner. It reports nothing of a file that cannot be loaded. */
export const bunTest: TestRunner = {
  name: 'bun-test',
  programs: ['bun test'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    // without a dot before it, a name stands for all files whose path holds it
    const selection = files === null ? targets : files.map((file) => quoteWord(`./${file}`));
    const reporter = '--reporter=junit --reporter-outfile="$AI_FIX_REPORT"';
    return ['bun test', reporter, ...options, ...selection].join(' ');
  },
  parse(report, root) {
    return parseJunit(report).map(({ className, name, status, file, message }): TestResult => {
      const path = file === null ? null : relativeTo(root, file);
      // the innermost suite comes first
      const suites = className === '' ? [] : className.split(' > ').reverse();
      const id = [...(path === null ? [] : [path]), ...suites, name].join(' > ');
      return withMessage({ id, status, file: path }, message);
    });
  },
};
