import { posix } from 'node:path';
import type { TestCommand } from '../../core/environment.ts';
import { directoryOf } from '../directories.ts';
import { fitPytest, type TestSources } from './fit-pytest.ts';
import { scriptLines } from './script-lines.ts';
import { recognisePythonTests } from './test-commands.ts';

const maximumCommands = 4;

/**
 * How the tests run: as tox says, else as the scripts of the project's tools or its workflows say, else by pytest,
 * which runs what is written for unittest as well.
 */
export async function chooseTests(sources: TestSources): Promise<TestCommand[]> {
  const { project, tox } = sources;
  const paths = new Set(project.paths);
  const inTox = tox.commands.map((line) => recognisePythonTests(line, tox.directory));
  const lines = await scriptLines(project);
  const elsewhere = lines.map((line) => recognisePythonTests(line, '')).map(plainly);
  const usable = (found: (TestCommand | null)[]) =>
    found.flatMap((command) => (command !== null && isThere(command, paths) ? [command] : []));
  const stated = [usable(inTox), usable(elsewhere).slice(0, 1)].find((found) => found.length > 0) ?? [];
  const chosen = stated.length > 0 ? stated : [guess(sources, paths)];
  const fitting = await Promise.all(chosen.map((command) => fitPytest(command, sources, paths)));
  const first = fitting[0] as TestCommand;
  const all = first.targets.length === 0 ? [first] : fitting.filter(({ targets }) => targets.length > 0);
  const distinct = new Map(
    all.map((command) => [[command.runner, command.directory, ...command.targets].join('\0'), command]),
  );
  return [...distinct.values()]
    .slice(0, maximumCommands)
    .map((command) => ({ ...command, env: { ...tox.variables, ...command.env } }));
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
function guess({ testSources, pytestConfiguration }: TestSources, paths: ReadonlySet<string>): TestCommand {
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
    directory: directoryOf(manage),
    options: ['manage.py', 'test'],
  };
}
