import type { RunnerName, TestCommand } from '../core/environment.ts';

/** What starts a runner, where that is not npx and its name. */
const programs: Readonly<Partial<Record<RunnerName, string>>> = {
  'node-test': 'node --test',
  'bun-test': 'bun test',
  vitest: 'npx vitest run',
  pytest: 'python -m pytest',
  django: 'python',
  maven: 'mvn -o test',
  automake: 'make check',
  'go-test': 'go test',
  'cargo-test': 'cargo test',
  command: '',
};

/** The call of a test runner as a person would type it, at the repository's root. */
export function printTestCommand(test: TestCommand): string {
  const variables = Object.entries(test.env).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const directory = test.directory === '' ? [] : [`cd ${test.directory} &&`];
  return [...directory, ...variables, programOf(test), ...test.options, ...test.targets]
    .filter((part) => part !== '')
    .join(' ');
}

function programOf({ runner, targets }: TestCommand): string {
  if (runner === 'ctest') return `cmake --build ${targets[0]} && ctest --output-on-failure --test-dir`;
  if (runner === 'unittest') return `python -m unittest${targets.length === 0 ? ' discover' : ''}`;
  return programs[runner] ?? `npx ${runner}`;
}
