import { posix } from 'node:path';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { isTestPath } from '../../text/test-paths.ts';
import { inDirectory } from '../directories.ts';

/** What an ecosystem's tests are written in, by its package manager. */
const languages: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(['npm', 'pnpm', 'yarn', 'bun'].map((name) => [name, /\.[cm]?[jt]sx?$/])),
  pip: /\.py$/,
  go: /_test\.go$/,
  cargo: /\.rs$/,
  maven: /\.(java|kt)$/,
  ...Object.fromEntries(['cmake', 'make'].map((name) => [name, /\.(c|cc|cpp|cxx)$/])),
};

export const emptyPlan: EnvironmentPlan = {
  summary: '',
  keyFiles: [],
  packageManager: 'none',
  setup: [],
  install: [],
  build: [],
  tests: [],
  env: {},
};

/** How many of the files are tests that this plan can run, as far as names tell; Rust keeps tests beside the code. */
export function testFilesOf(plan: EnvironmentPlan, paths: readonly string[]): number {
  const language = languages[plan.packageManager];
  if (language === undefined) return 0;
  const isTest = language === languages.cargo ? () => true : isTestPath;
  return paths.filter((path) => language.test(path) && isTest(path)).length;
}

/** A plan that was made for a directory's files, for the whole repository. */
export function planUnder(directory: string, plan: EnvironmentPlan): EnvironmentPlan {
  if (directory === '') return plan;
  const inside = (command: string) => inDirectory(directory, command);
  return {
    ...plan,
    summary: `${directory}: ${plan.summary}`,
    keyFiles: plan.keyFiles.map((path) => posix.join(directory, path)),
    install: plan.install.map(inside),
    build: plan.build.map(inside),
    tests: plan.tests.map((test) => ({ ...test, directory: posix.join(directory, test.directory) })),
  };
}

/** One plan that installs and tests what several do, one after the other. */
export function joinPlans([first, ...others]: readonly [
  EnvironmentPlan,
  ...EnvironmentPlan[],
]): EnvironmentPlan {
  return others.reduce<EnvironmentPlan>(
    (joined, plan) => ({
      summary: `${joined.summary} + ${plan.summary}`,
      keyFiles: [...new Set([...joined.keyFiles, ...plan.keyFiles])],
      packageManager: joined.packageManager,
      setup: [...joined.setup, ...plan.setup.filter((command) => !joined.setup.includes(command))],
      install: [...joined.install, ...plan.install],
      build: [...joined.build, ...plan.build],
      tests: [...joined.tests, ...plan.tests],
      env: joinVariables(joined.env, plan.env),
    }),
    first,
  );
}

/** Where both set one, the first wins; search paths are joined. */
function joinVariables(
  first: Record<string, string>,
  second: Record<string, string>,
): Record<string, string> {
  const joined = { ...second, ...first };
  if (first.PATH === undefined || second.PATH === undefined) return joined;
  const directories = [...first.PATH.split(':'), ...second.PATH.split(':')];
  return { ...joined, PATH: [...new Set(directories)].join(':') };
}
