import { posix } from 'node:path';
import type { TestCommand } from '../../core/environment.ts';
import { isTestPath } from '../../text/test-paths.ts';
import type { PythonProject } from './project.ts';
import type { ToxEnvironment } from './tox.ts';

/** What tells how the tests run. */
export interface TestSources {
  project: PythonProject;
  tox: ToxEnvironment;
  /** What configures pytest, as text. */
  pytestConfiguration: string;
  /** The sources of tests. */
  testSources: ReadonlyMap<string, string>;
}

/** Takes what a command says as far as it can be meant for every run here. */
export async function fitPytest(
  command: TestCommand,
  sources: TestSources,
  paths: ReadonlySet<string>,
): Promise<TestCommand> {
  const isWrapped =
    command.runner === 'django' &&
    /pytest/.test(
      (await sources.project.files.read(posix.join(command.directory, command.options[0] ?? ''))) ?? '',
    );
  const needsPytest =
    command.runner === 'unittest' &&
    [...sources.testSources.values()].some((source) => /^\s*import pytest\b/m.test(source));
  if (command.runner !== 'pytest' && !isWrapped && !needsPytest) return command;
  const isPath = (target: string) => {
    const path = posix.join(command.directory, target.split('::')[0] as string).replace(/\/$/, '');
    return path !== '.' && (paths.has(path) || [...paths].some((other) => other.startsWith(`${path}/`)));
  };
  const targets = command.runner === 'pytest' ? command.targets.filter(isPath) : [];
  return {
    ...command,
    runner: 'pytest',
    options: command.runner === 'pytest' ? keptOptions(command.options) : [],
    targets: targets.length > 0 || command.directory !== '' ? targets : defaultTargets(sources, paths),
  };
}

const kept =
  /^(-p|-m|-c|-W|-o|--ignore(-glob)?|--deselect|--doctest-[\w-]+|--import-mode|--ds|--rootdir|--confcutdir|--override-ini|--config-file|--strict[\w-]*)(=|$)/;

/** Others are for reports, speed and people. */
function keptOptions(options: readonly string[]): string[] {
  const result: string[] = [];
  for (const [index, option] of options.entries()) {
    const isValue =
      index > 0 &&
      !option.startsWith('-') &&
      kept.test(options[index - 1] ?? '') &&
      !(options[index - 1] ?? '').includes('=');
    if (isValue ? result.at(-1) === options[index - 1] : kept.test(option)) result.push(option);
  }
  return result;
}

/** The tests' directory where it is clear, so that pytest does not walk documentation and examples. */
function defaultTargets({ pytestConfiguration }: TestSources, paths: ReadonlySet<string>): string[] {
  if (pytestConfiguration.includes('testpaths')) return [];
  const directory = ['tests', 'test', 'testing'].find((name) =>
    [...paths].some((path) => path.startsWith(`${name}/`) && path.endsWith('.py')),
  );
  const outside = [...paths].filter(
    (path) => isTestPath(path) && /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path),
  );
  const inside = outside.filter((path) => directory !== undefined && path.startsWith(`${directory}/`));
  return directory !== undefined && inside.length * 2 >= outside.length ? [directory] : [];
}
