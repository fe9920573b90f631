import { quoteWord } from '../../../text/quote-word.ts';
import { splitWords } from '../../../text/split-words.ts';
import type { TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { parseUnittestReport, reportingPython } from './unittest.ts';

const rules = {
  withValue: splitWords(`
    settings pythonpath testrunner pattern,p top-level-directory,t tag exclude-tag k verbosity,v selenium
    start-at start-after bisect pair
  `),
  drop: [
    'verbosity',
    'v',
    'failfast',
    'debug-mode',
    'timing',
    'pdb',
    'noinput',
    'no-input',
    'interactive',
    'keepdb',
  ],
};

/**
 * Django's own test runner: `manage.py test`, `python -m django test`, or a script of the repository's such as
 * `runtests.py`. The words that start it stand first in a command's options.
 */
export const django: TestRunner = {
  name: 'django',
  programs: [],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const [program = 'manage.py', ...rest] = options;
    const selection = files === null ? targets : files.map((file) => quoteWord(asLabel(file)));
    const asksNothing = /(^|\/)runtests\.py$/.test(program) ? [] : ['--noinput'];
    return reportingPython([program, ...rest, ...asksNothing, ...selection], files);
  },
  parse: parseUnittestReport,
};

/** Django names tests by modules. */
function asLabel(file: string): string {
  return file.replace(/(\/__init__)?\.py$/, '').replaceAll('/', '.');
}
