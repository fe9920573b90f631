import { splitWords } from '../../../text/split-words.ts';
import { argumentsFor, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { parseNestedTap } from './tap-report.ts';

const rules = {
  withValue: splitWords(`
    reporter,R reporter-file reporter-arg,r output-file,o output-dir,d jobs,j timeout,t coverage-report
    coverage-map,M statements branches functions lines nyc-arg node-arg test-arg test-env test-regex
    test-ignore before after grep,g plugin tsconfig include exclude
  `),
  drop: splitWords(`
    reporter reporter-file reporter-arg output-file output-dir color watch bail b coverage cov
    disable-coverage show-full-coverage allow-incomplete-coverage 100 allow-empty-coverage check-coverage
    coverage-report coverage-map nyc-arg statements branches functions lines
  `),
};

/** Coverage below 100 % fails a run. Up to version 16 it is switched off by another name than after. */
const coverageOff = `$(node -p "
  const at = module.paths.find((path) => fs.existsSync(path + '/tap/package.json'));
  parseInt(require(at + '/tap/package.json').version) < 18 ? '--no-coverage' : '--disable-coverage'")`;

export const tap: TestRunner = {
  name: 'tap',
  programs: ['tap'],
  split: (words) => splitArguments(words, rules),
  script(command, files) {
    return [`tap ${coverageOff} -Rtap`, ...argumentsFor(command, files), '> "$AI_FIX_REPORT"'].join(' ');
  },
  parse: parseNestedTap,
};
