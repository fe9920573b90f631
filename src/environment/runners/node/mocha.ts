import { z } from 'zod';
import { quoteWord } from '../../../text/quote-word.ts';
import { jsonLines, relativeTo, shorten, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';

const rules = {
  withValue: [
    ...['require,r', 'import', 'loader', 'experimental-loader', 'conditions', 'node-option,n', 'compilers'],
    ...['timeout,t', 'slow,s', 'ui,u', 'config', 'opts', 'package', 'extension', 'file', 'spec', 'ignore'],
    ...[
      'exclude',
      'grep,g',
      'fgrep,f',
      'jobs,j',
      'retries',
      'global',
      'globals',
      'watch-files',
      'watch-ignore',
    ],
    ...['reporter,R', 'reporter-option,O', 'reporter-options'],
  ],
  drop: [
    ...['reporter', 'R', 'reporter-option', 'O', 'reporter-options', 'color', 'colors', 'c', 'growl', 'G'],
    ...['watch', 'w', 'watch-files', 'watch-ignore', 'bail', 'b', 'exit'],
  ],
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
  script({ options, targets }, files) {
    const specs = files === null ? targets : files.map(quoteWord);
    const call =
      'mocha $ends --reporter /opt/ai-fix/reporters/mocha.cjs --require /opt/ai-fix/reporters/mocha-loading.cjs';
    return [
      // a failing test may leave a server open, and then mocha would never end; before version 4 it always did
      'case "$(mocha --version)" in [0-3].*) ends= ;; *) ends=--exit ;; esac',
      [call, ...options, ...specs].join(' '),
    ].join('\n');
  },
  parse(report, root) {
    return [...jsonLines(report)].map((line) => {
      const { file, name, namesFile, status, message } = lineSchema.parse(line);
      const path = file === undefined ? null : relativeTo(root, file);
      return {
        id: path !== null && namesFile ? `${path} > ${name}` : name,
        status,
        file: path,
        ...(message === undefined ? {} : { message: shorten(message) }),
      };
    });
  },
};
