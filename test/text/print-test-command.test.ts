import { describe, expect, it } from 'vitest';
import type { TestCommand } from '../../src/core/environment.ts';
import { testCommand } from '../../src/environment/detect/test-commands.ts';
import { printTestCommand } from '../../src/text/print-test-command.ts';

const test: TestCommand = { runner: 'vitest', directory: '', options: [], targets: [], env: {} };

describe('printTestCommand', () => {
  it.each<[Partial<TestCommand>, string]>([
    [{}, 'npx vitest run'],
    [{ runner: 'bun-test', targets: ['src'] }, 'bun test src'],
    [{ runner: 'jest', options: ['--ci'], targets: ['test/'] }, 'npx jest --ci test/'],
    [{ runner: 'node-test', targets: ['test/*.js'] }, 'node --test test/*.js'],
    [{ runner: 'pytest', directory: 'python' }, 'cd python && python -m pytest'],
    [{ runner: 'unittest', options: ['-s', 'tests'] }, 'python -m unittest discover -s tests'],
    [{ runner: 'unittest', targets: ['tests.sums'] }, 'python -m unittest tests.sums'],
    [{ runner: 'django', options: ['manage.py', 'test'] }, 'python manage.py test'],
    [{ runner: 'command', options: ['make', 'check'] }, 'make check'],
    [{ runner: 'mocha', env: { TZ: 'UTC', A: 'b "c"' } }, 'TZ="UTC" A="b \\"c\\"" npx mocha'],
  ])('prints %j as a person would type it', (changes, expected) => {
    expect(printTestCommand({ ...test, ...changes })).toBe(expected);
  });

  it.each<Partial<TestCommand>>([
    { runner: 'pytest' },
    { runner: 'unittest', options: ['-s', 'tests'] },
    { runner: 'unittest', targets: ['tests.sums'] },
    { runner: 'django', options: ['manage.py', 'test'] },
    { runner: 'mocha' },
    { runner: 'vitest' },
  ])('prints %j in words that a configuration takes', (changes) => {
    const command = { ...test, ...changes };
    expect(testCommand(printTestCommand(command), '')).toEqual(command);
  });
});
