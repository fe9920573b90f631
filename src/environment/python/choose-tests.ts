import { posix } from 'node:path';
import type { TestCommand } from '../../core/environment.ts';
import { isTestPath } from '../../text/test-paths.ts';
import { readJobs } from '../ci/workflows.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { type Toml, tableAt, textsAt, valueAt } from './pyproject.ts';
import { recognisePythonTests } from './test-commands.ts';
import type { ToxEnvironment } from './tox.ts';

const maximumCommands = 4;

interface Sources {
  files: RepositoryFiles;
  pyproject: Toml;
  tox: ToxEnvironment;
  /** What configures pytest, as text. */
  pytestConfiguration: string;
  /** The sources of tests. */
  testSources: ReadonlyMap<string, string>;
}

/**
 * How the tests run: as tox says, else as the scripts of the project's tools or its workflows say, else by pytest,
 * which runs what is written for unittest as well.
 */
export async function chooseTests(sources: Sources): Promise<TestCommand[]> {
  const { files, pyproject, tox } = sources;
  const paths = new Set(await files.paths());
  const inTox = tox.commands.map((line) => recognisePythonTests(line, tox.directory));
  const lines = [...scriptLines(pyproject), ...(await makefileLines(files)), ...(await workflowLines(files))];
  const elsewhere = lines.map((line) => recognisePythonTests(line, '')).map(plainly);
  const usable = (found: (TestCommand | null)[]) =>
    found.flatMap((command) => (command !== null && isThere(command, paths) ? [command] : []));
  const stated = [usable(inTox), usable(elsewhere).slice(0, 1)].find((found) => found.length > 0) ?? [];
  const chosen = stated.length > 0 ? stated : [guess(sources, paths)];
  const fitting = await Promise.all(chosen.map((command) => adapt(command, sources, paths)));
  const first = fitting[0] as TestCommand;
  const all = first.targets.length === 0 ? [first] : fitting.filter(({ targets }) => targets.length > 0);
  const distinct = new Map(
    all.map((command) => [[command.runner, command.directory, ...command.targets].join('\0'), command]),
  );
  return [...distinct.values()]
    .slice(0, maximumCommands)
    .map((command) => ({ ...command, env: { ...tox.variables, ...command.env } }));
}

/** The steps of the workflows, those first that are named for tests. */
async function workflowLines(files: RepositoryFiles): Promise<string[]> {
  const paths = (await files.paths()).filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  const rank = (path: string) => (/test|ci|build|main|python/i.test(path) ? 0 : 1);
  const jobs = await readJobs(
    files,
    paths.toSorted((a, b) => rank(a) - rank(b)),
  );
  return jobs.flatMap(({ steps }) => steps.map(({ run }) => run));
}

/** Scripts of PDM, hatch, Poe and taskipy that are named for tests. */
function scriptLines(pyproject: Toml): string[] {
  const tables = [
    ...[
      ['pdm', 'scripts'],
      ['poe', 'tasks'],
      ['taskipy', 'tasks'],
    ].map((keys) => tableAt(pyproject, 'tool', ...keys)),
    ...Object.keys(tableAt(pyproject, 'tool', 'hatch', 'envs')).map((name) =>
      tableAt(pyproject, 'tool', 'hatch', 'envs', name, 'scripts'),
    ),
  ];
  return tables.flatMap((table) =>
    Object.keys(table)
      .filter((name) => /^(run-)?(tests?|unit|pytest)/.test(name))
      .flatMap((name) => [...textsAt(table, name), ...textsAt(valueAt(table, name), 'cmd')])
      .map((line) => line.replace(/\{args(?::([^}]*))?\}/g, '$1')),
  );
}

/** The recipes of a Makefile's targets that are named for tests. */
async function makefileLines(files: RepositoryFiles): Promise<string[]> {
  const text = (await files.read('Makefile')) ?? '';
  const recipes = text.matchAll(/^(?:tests?|unit\w*|check|coverage)\s*:(?!=).*\n((?:\t.*(?:\n|$))+)/gm);
  return [...recipes].flatMap(([, recipe = '']) =>
    recipe
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) =>
        line
          .trim()
          .replace(/^[@-]+/, '')
          .replace(/\$\$\{\w+:-([^}]*)\}/g, '$1')
          .replace(/\$\([^)]*\)/g, ''),
      ),
  );
}

/** What pytest is called with outside of tox is meant for a part of the tests, as often as not. */
function plainly(command: TestCommand | null): TestCommand | null {
  return command?.runner === 'pytest'
    ? { ...command, directory: '', options: [], targets: [], env: {} }
    : command;
}

function isThere(command: TestCommand, paths: ReadonlySet<string>): boolean {
  const program = command.runner === 'django' ? (command.options[0] ?? '') : '';
  const isScript = program.endsWith('.py');
  return (
    (!isScript || paths.has(posix.join(command.directory, program))) &&
    (command.directory === '' || [...paths].some((path) => path.startsWith(`${command.directory}/`)))
  );
}

/** Without any word about it. */
function guess({ testSources, pytestConfiguration }: Sources, paths: ReadonlySet<string>): TestCommand {
  const pytest: TestCommand = { runner: 'pytest', directory: '', options: [], targets: [], env: {} };
  const manage = [...paths]
    .filter((path) => /(^|^[^/]+\/)manage\.py$/.test(path))
    .filter((path) => [...testSources.keys()].some((test) => test.startsWith(path.replace('manage.py', ''))))
    .sort((a, b) => a.length - b.length)[0];
  const sources = [...testSources.values()];
  const usesPytest =
    pytestConfiguration !== '' || sources.some((source) => /^\s*(import|from) pytest\b/m.test(source));
  const usesDjango = sources.some((source) =>
    /^from django\.test\b|^from rest_framework\.test\b/m.test(source),
  );
  if (manage === undefined || usesPytest || !usesDjango) return pytest;
  return {
    ...pytest,
    runner: 'django',
    directory: posix.dirname(manage).replace(/^\.$/, ''),
    options: ['manage.py', 'test'],
  };
}

/** Takes what a command says as far as it can be meant for every run here. */
async function adapt(
  command: TestCommand,
  sources: Sources,
  paths: ReadonlySet<string>,
): Promise<TestCommand> {
  const isWrapped =
    command.runner === 'django' &&
    /pytest/.test((await sources.files.read(posix.join(command.directory, command.options[0] ?? ''))) ?? '');
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
function defaultTargets({ pytestConfiguration }: Sources, paths: ReadonlySet<string>): string[] {
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
