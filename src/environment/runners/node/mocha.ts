import { z } from 'zod';
import { splitWords } from '../../../text/split-words.ts';
import { argumentsFor, jsonLines, relativeTo, type TestRunner, withMessage } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';

const rules = {
  withValue: splitWords(`
    require,r import loader experimental-loader conditions node-option,n compilers timeout,t slow,s ui,u
    config opts package extension file spec ignore exclude grep,g fgrep,f jobs,j retries global globals
    watch-files watch-ignore reporter,R reporter-option,O reporter-options
  `),
  drop: splitWords(`
    reporter R reporter-option O reporter-options color colors c growl G watch w watch-files watch-ignore bail
    b exit
  `),
};

const lineSchema = z.object({
  file: z.string().optional(),
  name: z.string(),
  namesFile: z.boolean(),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().optional(),
});

export const mocha: TestRunner = {
  name: 'mocha',
  programs: ['mocha', '_mocha'],
  split: (words) => splitArguments(words, rules),
  script(command, files) {
    const call =
      'mocha $ends --reporter /opt/ai-fix/reporters/mocha.cjs --require /opt/ai-fix/reporters/mocha-loading.cjs';
    return [
      // a failing test may leave a server open, and then mocha would never end; before version 4 it always did
      'case "$(mocha --version)" in [0-3].*) ends= ;; *) ends=--exit ;; esac',
      [call, ...argumentsFor(command, files)].join(' '),
    ].join('\n');
  },
  parse(report, root) {
    return [...jsonLines(report)].map((line) => {
      const { file, name, namesFile, status, message } = lineSchema.parse(line);
      const path = file === undefined ? null : relativeTo(root, file);
      const id = path !== null && namesFile ? `${path} > ${name}` : name;
      return withMessage({ id, status, file: path }, message);
    });
  },
};
