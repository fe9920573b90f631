import { z } from 'zod';
import { quoteWord } from '../shell-words.ts';
import { jsonLines, relativeTo, shorten, type TestRunner } from './runner.ts';
import { splitArguments } from './split-arguments.ts';

const rules = {
  withValue: [
    'require,r',
    'import',
    'loader',
    'timeout,t',
    'ui,u',
    'config',
    'package',
    'extension',
    'file',
    'ignore',
    'exclude',
    'grep,g',
    'fgrep,f',
    'jobs,j',
    'slow,s',
    'spec',
    'opts',
    'retries',
    'node-option,n',
    'reporter,R',
    'reporter-option,O',
    'reporter-options',
  ],
  drop: ['reporter', 'R', 'reporter-option', 'O', 'reporter-options', 'watch', 'w', 'bail', 'b', 'exit'],
};

const lineSchema = z.object({
  file: z.string().optional(),
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().optional(),
});

export const mocha: TestRunner = {
  name: 'mocha',
  programs: ['mocha', '_mocha'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const specs = files === null ? targets : files.map(quoteWord);
    // a failing test may leave a server open, and then mocha would never end
    return ['mocha --exit --reporter /opt/ai-fix/reporters/mocha.cjs', ...options, ...specs].join(' ');
  },
  parse(report, root) {
    return [...jsonLines(report)].map((line) => {
      const { file, name, status, message } = lineSchema.parse(line);
      const path = file === undefined ? null : relativeTo(root, file);
      return {
        id: path === null ? name : `${path} > ${name}`,
        status,
        file: path,
        ...(message === undefined ? {} : { message: shorten(message) }),
      };
    });
  },
};
