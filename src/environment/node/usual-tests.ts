import { posix } from 'node:path';
import type { RunnerName, TestCommand } from '../../core/environment.ts';
import { quoteWord } from '../../text/quote-word.ts';
import type { PackageJson } from './package-json.ts';
import type { NodePackageManager } from './package-manager.ts';

/** The usual call of a runner that is installed but not named in any script. */
export function testsFromDependencies(manifest: PackageJson, paths: readonly string[]): TestCommand[] {
  const installed = { ...manifest.dependencies, ...manifest.devDependencies };
  const runner = (['vitest', 'jest', 'mocha', 'ava', 'tap', 'tape', 'uvu', 'jasmine'] as const).find(
    (name) => name in installed,
  );
  return runner === undefined
    ? []
    : [usualCall(runner, runner === 'tape' ? patternsFor(paths.filter(isTestScript)) : [])];
}

/** The usual call of a runner that has settings here and comes with another package, as jest does with `kcd-scripts`. */
export function testsFromSettings(paths: readonly string[]): TestCommand[] {
  const runner = settings.find(([, pattern]) => paths.some((path) => pattern.test(path)))?.[0];
  return runner === undefined ? [] : [usualCall(runner, [])];
}

const settings = [
  ['vitest', /^vitest\.config\.[cm]?[jt]s$/],
  ['jest', /^jest\.config\.([cm]?[jt]s|json)$/],
  ['mocha', /^\.mocharc\.([cm]?js|jsonc?|ya?ml)$/],
  ['ava', /^ava\.config\.[cm]?js$/],
] as const;

/** Node's own runner, where nothing says how files with the names of tests are run. */
export function testsFromNames(paths: readonly string[]): TestCommand[] {
  const scripts = paths.filter(isTestScript);
  const tests = scripts.filter((path) => !dataOfTests.test(path));
  if (tests.length === 0) return [];
  // by itself it takes all that lies in a directory called test
  return [usualCall('node-test', tests.length === scripts.length ? [] : patternsFor(tests))];
}

/** Of files that are there, and of those that come to lie beside them. */
function patternsFor(paths: readonly string[]): string[] {
  const patterns = paths.map((path) => {
    const end = isTestName.exec(path)?.[0] ?? posix.extname(path);
    return `${quoteWord(posix.dirname(path))}/*${end}`;
  });
  return [...new Set(patterns)];
}

const dataOfTests = /(^|\/)(fixtures?|__fixtures__|snapshots?|bench(es|marks?)?)\//;

function usualCall(runner: RunnerName, targets: string[]): TestCommand {
  return { runner, directory: '', options: [], targets, env: {} };
}

function isTestScript(path: string): boolean {
  return /(^|\/)tests?\/.*\.[cm]?js$/.test(path) || isTestName.test(path);
}

const isTestName = /\.test\.[cm]?js$/;

/** A script `test` that calls no runner that is known, as of karma: one test, by its exit code. */
export function testsByExitCode({ scripts }: PackageJson, { name }: NodePackageManager): TestCommand[] {
  const script = scripts.test ?? '';
  if (script === '' || /no test specified/.test(script)) return [];
  return [{ runner: 'command', directory: '', options: [`${name} run test`], targets: [], env: {} }];
}
