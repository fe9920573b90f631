import type { TestCommand } from '../../core/environment.ts';
import { splitWords } from '../../text/split-words.ts';
import { buildsBehind } from './build-scripts.ts';
import { calledScripts, commandsOf, hasScript, type Scripts } from './called-scripts.ts';
import { distinctTests, followScript, reachesRunner, type ScriptPlan } from './follow-script.ts';
import { unwrap } from './recognise-test.ts';
import { underNodeTest } from './test-programs.ts';

const usualNames = splitWords('test tests unit test:unit tests-only test-only test:node test:run');
/** Other scripts that may test; those for people at work and for what takes more than Node do not count. */
const otherNames = /^(test|unit|spec)s?([:-]|$)|[:-](test|unit|spec)s?$/;
const notForUs =
  /(^|[:-])(watch|dev|debug|update|cov(erage)?|browsers?|e2e|integration|types?(cript)?|lint|bench(mark)?|smoke|release|docs?)([:-]|$)/;

/**
 * Reads from a package's scripts how it is built and tested: follows `npm run x` from the script `test`
 * (or its usual stand-ins) down to the calls of known test runners.
 */
export function planFromScripts(scripts: Scripts, directory: string): ScriptPlan {
  const plan = firstThatTests(scripts, usualNames, directory);
  if (plan !== null) return plan;
  // tests that are found otherwise need what theirs would have built
  const { build } = followScript(scripts, 'test', directory);
  return { build, tests: [] };
}

/** The same from a script that is called otherwise, as `test:lib` or `unit-tests`. */
export function planFromOtherScripts(scripts: Scripts, directory: string): ScriptPlan | null {
  const names = Object.keys(scripts).filter((name) => otherNames.test(name) && !notForUs.test(name));
  return firstThatTests(scripts, names, directory);
}

/** The same from one script; null when it calls no known runner. */
export function planFromScript(scripts: Scripts, name: string): ScriptPlan | null {
  return firstThatTests(scripts, [name], '');
}

function firstThatTests(scripts: Scripts, names: readonly string[], directory: string): ScriptPlan | null {
  for (const name of names) {
    if (!hasScript(scripts, name)) continue;
    const { build, tests } = followScript(scripts, name, directory);
    if (tests.length > 0) return { build, tests };
  }
  return null;
}

/** The files of tests that the script `test` has Node run as they are, under Node's own runner. */
export function programsUnderTest(scripts: Scripts): TestCommand[] {
  return distinctTests(followScript(scripts, 'test', '').programs.map(underNodeTest));
}

/** The scripts that the script `test` calls before its tests for something else, as to check the code or to make test data. */
export function scriptsBeforeTests(scripts: Scripts): string[] {
  return [...new Set(followScript(scripts, 'test', '').others)];
}

/** The commands for a script that builds; where it runs tests as well, for what it calls to build alone. */
export function buildWithoutTests(scripts: Scripts, name: string): string[] {
  const isTest = (script: string) => reachesRunner(scripts, script);
  if (!isTest(name)) return [`npm run ${name}`];
  return commandsOf(scripts, name).flatMap((words) => {
    const { names, extra } = calledScripts(unwrap(words, scripts).rest, scripts);
    return names.flatMap((called) => (isTest(called) ? [] : buildsBehind(scripts, called, extra)));
  });
}
