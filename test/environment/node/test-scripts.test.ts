import { describe, expect, it } from 'vitest';
import type { TestCommand } from '../../../src/core/environment.ts';
import {
  planFromOtherScripts,
  planFromScripts,
  programsUnderTest,
  scriptsBeforeTests,
} from '../../../src/environment/node/test-scripts.ts';

const command = (runner: TestCommand['runner'], more: Partial<TestCommand> = {}): TestCommand => ({
  runner,
  directory: '',
  options: [],
  targets: [],
  env: {},
  ...more,
});

describe('planFromScripts', () => {
  const plan = (scripts: Record<string, string>) => planFromScripts(scripts, '');
  const tests = (scripts: Record<string, string>) => plan(scripts).tests;

  it('finds nothing where no script tests', () => {
    expect(plan({})).toEqual({ build: [], tests: [] });
    expect(plan({ test: 'echo "Error: no test specified" && exit 1' })).toEqual({ build: [], tests: [] });
    expect(plan({ start: 'mocha' })).toEqual({ build: [], tests: [] });
  });

  it.each([
    'npm run unit',
    'npm run-script unit',
    'npm run -s unit',
    'pnpm run unit',
    'pnpm unit',
    'yarn unit',
    'yarn run unit',
    'bun run unit',
    'run-s unit',
    'run-p lint unit',
    'npm-run-all --serial lint unit',
    'concurrently -c red "npm:lint" "npm:un*"',
    'concurrently "npm run unit"',
    'nr unit',
  ])('follows `%s`', (test) => {
    expect(tests({ test, lint: 'eslint .', unit: 'mocha test' })).toEqual([
      command('mocha', { targets: ['test'] }),
    ]);
  });

  it.each<[string, string[]]>([
    ['run-s test:*', ['a', 'b']],
    ['npm-run-all "test:**"', ['a', 'b', 'c']],
    ['pnpm run "/^test:[ab]$/"', ['a', 'b']],
    ['pnpm run /test:/', ['a', 'b', 'c']],
  ])('follows the pattern in `%s`', (test, targets) => {
    const scripts = { test, 'test:a': 'mocha a', 'test:b': 'mocha b', 'test:b:c': 'mocha c' };
    expect(tests(scripts).map((found) => found.targets[0])).toEqual(targets);
  });

  it.each(['pnpm run "/(/"', 'pnpm run "/(t+)+$/"'])(
    'passes over a pattern that cannot be tried: `%s`',
    (test) => {
      expect(tests({ test, [`${'t'.repeat(60)}!`]: 'mocha' })).toEqual([]);
    },
  );

  it('hands on what a call adds to a script', () => {
    const scripts = {
      test: 'npm run mocha -- test/unit && yarn mocha test/e2e',
      mocha: 'lint && mocha -r esm',
    };
    expect(tests(scripts)).toEqual([
      command('mocha', { options: ['-r', 'esm'], targets: ['test/unit'] }),
      command('mocha', { options: ['-r', 'esm'], targets: ['test/e2e'] }),
    ]);
  });

  it('hands on what a call adds to a script that builds', () => {
    const scripts = {
      pretest: 'npm run compile -- -p "tsconfig.test.json" && yarn build --quiet',
      compile: 'tsc',
      build: 'npm run build:js',
      'build:js': 'rollup -c',
      test: 'mocha',
    };
    expect(plan(scripts).build).toEqual([
      'npm run compile -- -p "tsconfig.test.json"',
      'npm run build -- --quiet',
    ]);
  });

  it('hands variables down, and leaves those for colours out', () => {
    const scripts = { test: 'cross-env FORCE_COLOR=1 TZ=UTC npm run unit', unit: 'NO_COLOR=1 LANG=C jest' };
    expect(tests(scripts)).toEqual([command('jest', { env: { TZ: 'UTC', LANG: 'C' } })]);
  });

  it('takes a script that is called like a runner for a script', () => {
    expect(tests({ test: 'yarn jest', jest: 'jest --config config/jest.js' })).toEqual([
      command('jest', { options: ['--config', 'config/jest.js'] }),
    ]);
  });

  it('keeps calls for different files, and drops another configuration for the same', () => {
    const scripts = {
      test: 'npm run a && npm run b && npm run built',
      a: 'vitest run src',
      b: 'vitest run e2e',
      built: 'vitest run src --config vitest.built.ts',
    };
    expect(tests(scripts)).toEqual([
      command('vitest', { targets: ['src'] }),
      command('vitest', { targets: ['e2e'] }),
    ]);
  });

  it("takes bun's own runner for no script, whatever that is called", () => {
    expect(tests({ test: 'bun run unit && tsc', unit: 'bun test' })).toEqual([command('bun-test')]);
    expect(tests({ test: 'bun test' })).toEqual([command('bun-test')]);
  });

  it('keeps several runners of one script', () => {
    expect(tests({ test: 'mocha test/unit && node --test test/new' }).map((found) => found.runner)).toEqual([
      'mocha',
      'node-test',
    ]);
  });

  it('runs the files of tests that Node runs as they are beside those of a runner, each for itself', () => {
    const scripts = {
      test: 'node scripts/clean.js && node test/compress.js && mocha && node --no-warnings ./spec/all.js',
    };
    expect(tests(scripts)).toEqual([
      command('mocha'),
      command('command', { options: ['node test/compress.js'] }),
      command('command', { options: ['node --no-warnings ./spec/all.js'] }),
    ]);
    expect(tests({ test: 'node test/run.js' })).toEqual([]);
  });

  const others = { lint: 'eslint', api: 'node test.js', 'build:tests': 'node scripts/build-tests.mjs' };
  it.each<[string, TestCommand[]]>([
    ['node ./test/all.test.js', [command('node-test', { targets: ['./test/all.test.js'] })]],
    [
      'npm run lint && node --conditions development test/index.js',
      [command('node-test', { options: ['--conditions', 'development'], targets: ['test/index.js'] })],
    ],
    ['c8 --100 npm run api', [command('node-test', { targets: ['test.js'] })]],
    ['node test/test dist', [command('command', { options: ['node test/test dist'] })]],
    ['node scripts/run.js', []],
    ['npm run build:tests', []],
    ['karma start', []],
  ])('has Node run what the script `%s` does', (test, expected) => {
    expect(programsUnderTest({ test, ...others })).toEqual(expected);
  });

  it('keeps what is built for tests that no runner is called for', () => {
    const scripts = { pretest: 'npm run build', build: 'rollup -c', test: 'node test/run.js' };
    expect(plan(scripts)).toEqual({ build: ['npm run build'], tests: [] });
  });

  it('looks for the usual stand-ins where the script `test` calls no runner that is known', () => {
    const scripts = { test: 'turbo run test', unit: 'lab', 'test:unit': 'vitest' };
    expect(tests(scripts)).toEqual([command('vitest')]);
  });

  it('looks for other scripts that test, but for those of people at work and of other programs', () => {
    const scripts = {
      'test:watch': 'vitest --watch',
      'test:types': 'vitest --typecheck.only',
      'test:e2e': 'vitest e2e',
      'test:lint': 'eslint .',
      'test:lib': 'vitest src',
    };
    expect(tests(scripts)).toEqual([]);
    expect(planFromOtherScripts(scripts, '')?.tests).toEqual([command('vitest', { targets: ['src'] })]);
    expect(planFromOtherScripts({ 'unit-tests': 'mocha' }, '')?.tests).toEqual([command('mocha')]);
    expect(planFromOtherScripts({ lint: 'eslint', contest: 'mocha' }, '')).toBeNull();
  });

  it('keeps calls of borp for different files', () => {
    const scripts = {
      test: 'borp -p "test/*.js" && npm run fetch',
      fetch: 'borp --expose-gc -p "test/fetch/*.js"',
    };
    expect(tests(scripts).map(({ targets }) => targets[1])).toEqual(['"test/*.js"', '"test/fetch/*.js"']);
  });

  it('tells what is called before the tests and is neither a test nor a build', () => {
    const scripts = {
      test: 'npm run data && npm run build && npm run unit && npm run lint',
      data: 'node scripts/data',
      build: 'tsc',
      unit: 'npm run data && mocha',
      lint: 'eslint .',
    };
    expect(scriptsBeforeTests(scripts)).toEqual(['data']);
  });

  it('passes over an unknown runner', () => {
    expect(tests({ test: 'npm run lint && npm run unit', lint: 'eslint .', unit: 'lab --coverage' })).toEqual(
      [],
    );
  });

  it.each([
    { test: 'npm test' },
    { test: 'npm run a', a: 'npm run b', b: 'npm run test' },
    { test: 'pnpm -r test' },
    { pretest: 'npm test', test: 'npm run pretest' },
  ])('ends for scripts that call each other: %j', (scripts) => {
    expect(plan(scripts as Record<string, string>).tests).toEqual([]);
  });

  it('ends soon for scripts that call each other in every way', () => {
    const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
    const everyone = names.map((name) => `npm run ${name} -- ${name}`).join(' && ');
    const scripts = Object.fromEntries(names.map((name) => [name, everyone]));
    const started = performance.now();
    expect(tests({ ...scripts, test: `${everyone} && mocha` })).toEqual([command('mocha')]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it.each(['toString', 'constructor', '__proto__'])('does not take %s for a script', (name) => {
    expect(tests({ test: `npm run ${name} && run-s ${name} && mocha` })).toEqual([command('mocha')]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['npm run build', { test: 'npm run build && mocha', build: 'tsc' }, ['npm run build']],
    [
      'a script before the test',
      { pretest: 'npm run build', test: 'mocha', build: 'tsc' },
      ['npm run build'],
    ],
    ['a compiler', { pretest: 'tsc -p tsconfig.test.json', test: 'mocha' }, ['tsc -p tsconfig.test.json']],
    [
      'a compiler that is looked up',
      { test: 'npx tsc && yarn babel src -d lib && mocha' },
      ['tsc', 'babel src -d lib'],
    ],
    [
      'a compiler with variables',
      { test: 'cross-env BABEL_ENV=test babel src -d lib && mocha' },
      ['BABEL_ENV=test babel src -d lib'],
    ],
    [
      'several, once each',
      { test: 'run-s build:* && npm run build:a && mocha', 'build:a': 'rollup -c', 'build:b': 'x' },
      ['npm run build:a', 'npm run build:b'],
    ],
    ['in another directory', { test: 'cd packages/a && tsc && cd ../.. && mocha' }, ['cd packages/a && tsc']],
    [
      'what a script for the documentation builds first, and nothing that only clears up',
      {
        test: 'npm run build:reset && npm run build:docs && mocha',
        'build:reset': 'rimraf lib',
        'build:docs': 'npm run build && node docs/build.js',
        build: 'node esbuild.config.js',
      },
      ['npm run build'],
    ],
    [
      'what builds the tests, whatever its name begins with, but no documents',
      {
        test: 'npm run test:node:build && npm run docs:build && mocha',
        'test:node:build': 'tsc -p test',
        'docs:build': 'vitepress',
      },
      ['npm run test:node:build'],
    ],
    [
      'before tests that depend on a condition',
      {
        test: 'npm run compile && if test "$B" = "1" ; then npm run test:b; else npm run test:node; fi',
        compile: 'tsc',
        'test:b': 'wdio',
        'test:node': 'mocha',
      },
      ['npm run compile'],
    ],
    ['only what comes before', { test: 'mocha && npm run build', build: 'tsc' }, []],
    [
      'no lint and no check of types',
      { pretest: 'npm run lint && tsc --noEmit', test: 'mocha', lint: 'eslint .' },
      [],
    ],
  ])('takes what is to be built: %s', (_what, scripts, build) => {
    expect(plan(scripts).build).toEqual(build);
    expect(plan(scripts).tests).toEqual([command('mocha')]);
  });

  it('runs tests where the script changes to', () => {
    expect(tests({ test: 'cd test && mocha' })).toEqual([command('mocha', { directory: 'test' })]);
    expect(planFromScripts({ test: 'cd ./test/ && mocha' }, 'packages/a').tests).toEqual([
      command('mocha', { directory: 'packages/a/test' }),
    ]);
    expect(tests({ test: 'cd test && cd .. && mocha' })).toEqual([command('mocha')]);
  });

  it('does not follow a script out of the package', () => {
    expect(tests({ test: 'cd packages/a && npm run mine', mine: 'mocha' })).toEqual([]);
    expect(tests({ test: 'cd ../elsewhere && mocha' })).toEqual([]);
  });
});
