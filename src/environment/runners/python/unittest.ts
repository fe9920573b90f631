import { z } from 'zod';
import type { TestResult } from '../../../core/tests.ts';
import { quoteWord } from '../../../text/quote-word.ts';
import { jsonLines, type TestRunner, withMessage } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';

const reporter = '/opt/ai-fix/reporters/ai_fix_unittest.py';

const lineSchema = z.object({
  id: z.string(),
  file: z.string().nullable(),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().optional(),
});

/** Of every program that runs its tests by unittest. */
export function parseUnittestReport(report: string): TestResult[] {
  return [...jsonLines(report)].map((line) => {
    const { message, ...result } = lineSchema.parse(line);
    return withMessage(result, message);
  });
}

/** A command line that runs a Python script or module with our reporter in it, narrowed to files. */
export function reportingPython(words: readonly string[], files: readonly string[] | null): string {
  const selection = files === null ? [] : ['--only', ...files.map(quoteWord)];
  return ['python', reporter, ...words, ...selection].join(' ');
}

const rules = {
  withValue: ['k', 'start-directory,s', 'pattern,p', 'top-level-directory,t', 'durations'],
  drop: ['verbose', 'v', 'quiet', 'q', 'failfast', 'f', 'catch', 'c', 'buffer', 'b', 'durations'],
};

export const unittest: TestRunner = {
  name: 'unittest',
  programs: ['unittest', 'unit2'],
  split(words) {
    const { options, targets } = splitArguments(words, rules);
    const [first, ...places] = targets;
    if (first !== 'discover') return { options, targets };
    const named = ['-s', '-p', '-t'].flatMap((option, index) => {
      const place = places[index];
      return place === undefined ? [] : [option, place];
    });
    return { options: [...options, ...named], targets: [] };
  },
  /** A selection is made while the files load: to discovery, names of files are no arguments. */
  script({ options, targets }, files) {
    const names = files === null && targets.length > 0 ? targets : ['discover'];
    return reportingPython(['-m', 'unittest', ...names, ...options], files);
  },
  parse: parseUnittestReport,
};
