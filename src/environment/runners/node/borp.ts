import { splitWords } from '../../../text/split-words.ts';
import { argumentsFor, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { withEachFile } from './node-files.ts';
import { nodeTest } from './node-test.ts';

const rules = {
  withValue: splitWords(`
    pattern,p concurrency,c timeout,t coverage-exclude,X ignore,i post-compile,P reporter,r lines branches
    functions statements
  `),
  drop: splitWords(`
    reporter r coverage C coverage-exclude X check-coverage lines branches functions statements watch w only o
  `),
};

/** Runs `node:test` in a process of its own, with files from its command line or from `.borp.yaml`. */
export const borp: TestRunner = {
  name: 'borp',
  programs: ['borp'],
  split(words) {
    const { options, targets } = splitArguments(words, rules);
    const isPattern = (at: number) => /^(-p|--pattern)\b/.test(options[at] ?? '');
    const isOfPattern = (at: number) => isPattern(at) || /^(-p|--pattern)$/.test(options[at - 1] ?? '');
    // patterns name files as targets do
    return {
      options: options.filter((_, at) => !isOfPattern(at)),
      targets: [...options.filter((_, at) => isOfPattern(at)), ...targets],
    };
  },
  script(command, files) {
    const reporter = '--reporter=/opt/ai-fix/reporters/node-test.mjs:"$AI_FIX_REPORT"';
    // its configuration would add files to those that are asked for
    const only = files === null ? [] : ['BORP_CONF_FILE=/nonexistent'];
    return withEachFile([...only, 'borp', reporter, ...argumentsFor(command, files)].join(' '));
  },
  parse: nodeTest.parse,
};
