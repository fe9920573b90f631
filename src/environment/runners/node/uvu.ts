import { z } from 'zod';
import { quoteWord } from '../../../text/quote-word.ts';
import { jsonLines, relativeTo, type TestRunner, withMessage } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';

const rules = { withValue: ['require,r', 'ignore,i', 'cwd,C'], drop: ['bail', 'b', 'color', 'c'] };

const lineSchema = z.object({
  file: z.string().optional(),
  name: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().optional(),
});

export const uvu: TestRunner = {
  name: 'uvu',
  programs: ['uvu'],
  split: (words) => splitArguments(words, rules),
  script({ options, targets }, files) {
    const selection = files === null ? targets : ['.', quoteWord(files.map(asPattern).join('|'))];
    const reporter = 'NODE_OPTIONS="--require=/opt/ai-fix/reporters/uvu.cjs $NODE_OPTIONS"';
    return [`${reporter} uvu --color=false`, ...options, ...selection].join(' ');
  },
  /** Tests are named by their titles alone, as uvu names those that fail. */
  parse(report, root) {
    return [...jsonLines(report)].map((line) => {
      const { file, name, status, message } = lineSchema.parse(line);
      const path = file === undefined ? null : relativeTo(root, file);
      return withMessage({ id: name, status, file: path }, message);
    });
  },
};

/**
 * uvu takes a pattern that file names are searched with. `RegExp.escape` would write `test` as `\x74est`, and people
 * read this.
 */
function asPattern(file: string): string {
  return `^${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
}
