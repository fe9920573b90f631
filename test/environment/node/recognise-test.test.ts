import { describe, expect, it } from 'vitest';
import type { TestCommand } from '../../../src/core/environment.ts';
import { recogniseTest } from '../../../src/environment/node/recognise-test.ts';
import { parseCommands } from '../../../src/environment/shell-words.ts';

const command = (runner: TestCommand['runner'], more: Partial<TestCommand> = {}): TestCommand => ({
  runner,
  directory: '',
  options: [],
  targets: [],
  env: {},
  ...more,
});

describe('recogniseTest', () => {
  const recognise = (text: string) => recogniseTest(parseCommands(text)[0] ?? [], {}, '');

  it.each<[string, TestCommand]>([
    ['mocha', command('mocha')],
    ['_mocha test', command('mocha', { targets: ['test'] })],
    ['./node_modules/.bin/mocha test', command('mocha', { targets: ['test'] })],
    ['npx mocha', command('mocha')],
    ['npx --no-install mocha', command('mocha')],
    ['npm exec -- mocha', command('mocha')],
    ['pnpm exec vitest run', command('vitest')],
    ['pnpm vitest run src', command('vitest', { targets: ['src'] })],
    ['yarn jest --ci', command('jest')],
    ['yarn run jest', command('jest')],
    ['yarn run -T jest', command('jest')],
    ['bun x vitest', command('vitest')],
    ['bunx --bun vitest', command('vitest')],
    [
      'bun test --coverage --timeout 9 src',
      command('bun-test', { options: ['--timeout', '9'], targets: ['src'] }),
    ],
    ['nyc mocha', command('mocha')],
    ['nyc --reporter=text --reporter lcov mocha -r esm', command('mocha', { options: ['-r', 'esm'] })],
    ['c8 -r html node --test', command('node-test')],
    ['nyc npx _mocha', command('mocha')],
    [
      'istanbul cover --report lcov _mocha -- -r esm test.js',
      command('mocha', { options: ['-r', 'esm'], targets: ['test.js'] }),
    ],
    ['pnpm --recursive --workspace-concurrency=1 exec vitest run', command('vitest')],
    [
      'ts-mocha --paths -p test/tsconfig.json --timeout 9 test/*.ts',
      command('mocha', {
        options: ['-r', 'ts-mocha', '--timeout', '9'],
        targets: ['test/*.ts'],
        env: { TS_NODE_PROJECT: 'test/tsconfig.json' },
      }),
    ],
    ['nyc ts-mocha', command('mocha', { options: ['-r', 'ts-mocha'] })],
    ['borp -c 2 -p "test/*.js"', command('borp', { options: ['-c', '2'], targets: ['-p', '"test/*.js"'] })],
    ['borp --pattern=test/*.js', command('borp', { targets: ['--pattern=test/*.js'] })],
    ['A=1 cross-env B=2 C="3 4" mocha', command('mocha', { env: { A: '1', B: '2', C: '3 4' } })],
    ['cross-env-shell TZ=UTC "mocha"', command('mocha', { env: { TZ: 'UTC' } })],
    ['env -i LANG=C mocha', command('mocha', { env: { LANG: 'C' } })],
    ['dotenv -e .env.test -- jest', command('jest')],
    ['pytest -n 2 tests', command('pytest', { options: ['-n', '2'], targets: ['tests'] })],
    ['python3.11 -m pytest', command('pytest')],
    ['node bin/with-certificates.js mocha test/*.js', command('mocha', { targets: ['test/*.js'] })],
    ['node --no-warnings scripts/env.mjs npx jest', command('jest')],
  ])('knows the runner in `%s`', (text, expected) => {
    expect(recognise(text)).toEqual(expected);
  });

  it.each<[string, TestCommand]>([
    ['node --test', command('node-test')],
    ['node --test test/', command('node-test', { targets: ['test/'] })],
    [
      'node --import=tsx --test "src/**/*.test.ts"',
      command('node-test', { options: ['--import=tsx'], targets: ['"src/**/*.test.ts"'] }),
    ],
    ['node --test --experimental-test-coverage --test-reporter=spec', command('node-test')],
    ['bnt', command('node-test')],
    ["pnpm bnt --coverage 100 --coverage-exclude '**/*.test.ts' -t name", command('node-test')],
    [
      'glob -c "tsx --no-warnings --test" "./test/**/*.test.ts"',
      command('node-test', {
        options: ['--import=tsx', '--no-warnings'],
        targets: ['"./test/**/*.test.ts"'],
      }),
    ],
    ['tsx --test test/*.ts', command('node-test', { options: ['--import=tsx'], targets: ['test/*.ts'] })],
  ])("knows Node's own runner in `%s`", (text, expected) => {
    expect(recognise(text)).toEqual(expected);
  });

  it.each<[string, TestCommand]>([
    ['node node_modules/.bin/jest', command('jest')],
    [
      'node --expose-gc ./node_modules/vitest/dist/cli-wrapper.js --run src',
      command('vitest', { targets: ['src'], env: { NODE_OPTIONS: '--expose-gc' } }),
    ],
    ['node bin/wrap.js mocha test', command('mocha', { targets: ['test'] })],
    ['node node_modules/mocha/bin/mocha test', command('mocha', { targets: ['test'] })],
    ['node ./node_modules/vitest/vitest.mjs run', command('vitest')],
    [
      'node --experimental-vm-modules node_modules/jest/bin/jest.js --ci',
      command('jest', { env: { NODE_OPTIONS: '--experimental-vm-modules' } }),
    ],
    [
      'node -r ./setup.js --no-warnings node_modules/.bin/mocha -t 9',
      command('mocha', { options: ['-t', '9'], env: { NODE_OPTIONS: '-r ./setup.js --no-warnings' } }),
    ],
    [
      'NODE_OPTIONS=--no-deprecation node --expose-gc node_modules/.bin/jest',
      command('jest', { env: { NODE_OPTIONS: '--no-deprecation --expose-gc' } }),
    ],
  ])("turns Node's own options into a variable in `%s`", (text, expected) => {
    expect(recognise(text)).toEqual(expected);
  });

  it.each([
    'lab',
    'node test.js',
    'node test/tap.js',
    'glob "test/**"',
    'glob -c',
    'glob -c "eslint" "test/**"',
    'node bin/mocha.js',
    'node bin/bundle.js mocha.js',
    'node bin/bundle.js test/mocha',
    'npm test',
    'npm run jest',
    'bun run test',
    'deno test',
    'echo mocha',
    'make check',
    'yarn workspace a jest',
    'python setup.py test',
    'npx',
    '',
  ])('does not take `%s` for a runner', (text) => {
    expect(recognise(text)).toBeNull();
  });
});
