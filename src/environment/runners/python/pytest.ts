import { z } from 'zod';
import { splitWords } from '../../../text/split-words.ts';
import { argumentsFor, jsonLines, type TestRunner, withMessage } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';

const rules = {
  withValue: splitWords(`
    config-file,c rootdir confcutdir basetemp import-mode m k p override-ini,o pythonwarnings,W r ignore
    ignore-glob deselect maxfail capture log-level log-cli-level log-file show-capture tb durations
    durations-min junitxml junit-xml numprocesses,n dist timeout reruns reruns-delay asyncio-mode ds html cov
    cov-report cov-config cov-context cov-fail-under
  `),
  drop: splitWords(`
    junitxml junit-xml html cov cov-report cov-config cov-context cov-fail-under cov-branch cov-append maxfail
    exitfirst x pdb verbose v quiet q r durations durations-min color tb
  `),
};

const lineSchema = z.object({
  id: z.string(),
  status: z.enum(['passed', 'failed', 'skipped']),
  message: z.string().nullable(),
});

/** How pytest is called, whatever is to run. */
export const pytestCall = [
  'PYTHONPATH="/opt/ai-fix/reporters:$PYTHONPATH" python -m pytest -p ai_fix_pytest',
  '-o cache_dir=/tmp/.pytest-cache', // without a cache, options that need one would be refused
  '--continue-on-collection-errors', // else one file that cannot be loaded ends the whole run
].join(' ');

export const pytest: TestRunner = {
  name: 'pytest',
  programs: ['pytest', 'py.test'],
  split: (words) => splitArguments(words, rules),
  brokenOff: [2, 3], // interrupted, and pytest's own error
  script(command, files) {
    return [pytestCall, ...argumentsFor(command, files)].join(' ');
  },
  parse(report) {
    return [...jsonLines(report)].map((line) => {
      const { id, status, message } = lineSchema.parse(line);
      return withMessage({ id, status, file: id.split('::')[0] ?? null }, message);
    });
  },
};
