import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { RunnerName } from '../../../src/core/environment.ts';
import { runners } from '../../../src/environment/runners/runners.ts';
import { environmentFixture, messageOf, outcomes } from '../../support/environment-fixture.ts';

const root = '/workspace';

interface Recording {
  runner: RunnerName;
  version: string;
  /** A test that failed, and words of what it said. */
  failure: [id: string, words: string];
}

const addsUp = (id: string, words = 'Expected values to be strictly equal'): [string, string] => [id, words];
const recordings: Recording[] = [
  {
    runner: 'jest',
    version: 'jest-27',
    failure: addsUp('test/cart.test.js > a cart > adds up its prices', 'Object.is'),
  },
  {
    runner: 'jest',
    version: 'jest-30',
    failure: addsUp('test/cart.test.js > a cart > adds up its prices', 'Object.is'),
  },
  {
    runner: 'vitest',
    version: 'vitest-1',
    failure: addsUp('test/cart.test.js > a cart > adds up its prices', 'to be 0.3'),
  },
  {
    runner: 'vitest',
    version: 'vitest-4',
    failure: addsUp('test/cart.test.js > a cart > adds up its prices', 'to be 0.3'),
  },
  { runner: 'mocha', version: 'mocha-6', failure: addsUp('a cart adds up its prices') },
  { runner: 'mocha', version: 'mocha-11', failure: addsUp('test/cart.js > a cart adds up its prices') },
  {
    runner: 'node-test',
    version: 'node-24',
    failure: addsUp('test/cart.test.js > a cart > adds up its prices'),
  },
  {
    runner: 'borp',
    version: 'borp-0.21',
    failure: addsUp('test/cart.test.js > a cart > adds up its prices'),
  },
  {
    runner: 'bun-test',
    version: 'bun-1',
    failure: addsUp('test/cart.test.js > a cart > adds up its prices', 'Expected: 0.3'),
  },
  { runner: 'jasmine', version: 'jasmine-3', failure: addsUp('a cart > adds up its prices', 'to be 0.3') },
  {
    runner: 'jasmine',
    version: 'jasmine-5',
    failure: addsUp('spec/cart.spec.js > a cart > adds up its prices', 'to be 0.3'),
  },
  {
    runner: 'tap',
    version: 'tap-16',
    failure: addsUp('test/cart.js > a cart > adds up its prices', '0.30000000000000004'),
  },
  {
    runner: 'tap',
    version: 'tap-21',
    failure: addsUp('test/cart.js > a cart > adds up its prices', '0.30000000000000004'),
  },
  { runner: 'tap', version: 'tap-16-hang', failure: ['hangs/hangs.js', 'SIGTERM'] },
  {
    runner: 'tap',
    version: 'tap-21-hang',
    failure: ['hangs/hangs.js > waits for ever > timeout!', 'expired'],
  },
  { runner: 'tape', version: 'tape-5', failure: addsUp('a cart', '0.30000000000000004') },
  { runner: 'tape', version: 'tape-5-crash', failure: ['throws', 'The run ended within it.'] },
  { runner: 'ava', version: 'ava-3', failure: addsUp('cart › adds up its prices', '0.30000000000000004') },
  { runner: 'ava', version: 'ava-6', failure: addsUp('cart › adds up its prices', '0.30000000000000004') },
  { runner: 'uvu', version: 'uvu-0.5', failure: addsUp('adds up its prices') },
  {
    runner: 'pytest',
    version: 'pytest-9',
    failure: addsUp('tests/test_cart.py::test_adds_up_its_prices', 'assert'),
  },
  {
    runner: 'maven',
    version: 'surefire-3.5',
    failure: addsUp('src/test/java/shop/CartTest.java > addsUpItsPrices', 'expected: <0.3>'),
  },
  {
    runner: 'ctest',
    version: 'ctest-3.25',
    failure: addsUp('test/cart-test.cc > Cart.AddsUpItsPrices', 'Which is: 0.3'),
  },
  { runner: 'automake', version: 'automake-1.16', failure: ['tests/fails', 'the sum is wrong: größer'] },
  {
    runner: 'pytest',
    version: 'pytest-5',
    failure: addsUp('tests/test_cart.py::test_adds_up_its_prices', 'assert'),
  },
  {
    runner: 'unittest',
    version: 'python-3.11',
    failure: addsUp('tests.test_cart.Cart.test_adds_up_its_prices', '0.30000000000000004 != 0.3'),
  },
  {
    runner: 'django',
    version: 'django-5',
    failure: addsUp('shop.tests.Prices.test_add_up', '0 != 1'),
  },
  { runner: 'go-test', version: 'go-1.21', failure: ['broken/a_test.go', 'undefined: Triple'] },
  { runner: 'go-test', version: 'go-1.24', failure: ['broken/a_test.go', 'undefined: Triple'] },
  { runner: 'go-test', version: 'go-1.27', failure: ['example.org/sums/calc > TestWrong', 'want 5'] },
  {
    runner: 'cargo-test',
    version: 'rust-1.96',
    failure: ['src/lib.rs > tests::adds_wrong', 'größer'],
  },
  {
    runner: 'cargo-test',
    version: 'rust-1.96-broken',
    failure: ['tests/broken.rs', 'cannot find function `subtract`'],
  },
];

describe.each(recordings)('what $version reported', ({ runner, version, failure: [id, words] }) => {
  const read = async () => runners[runner].parse(await environmentFixture(`${runner}/${version}.txt`), root);

  it('is read as the suite is written, test by test', async () => {
    const expected = await environmentFixture(`${runner}/${version}.expected.txt`);
    expect(outcomes(await read())).toEqual(expected.trimEnd().split('\n'));
  });

  it('tells what a test failed with, without colours', async () => {
    const results = await read();
    expect(messageOf(results, id)).toContain(words);
    expect(results.map(({ message }) => message ?? '').join('')).not.toContain('\u001b');
  });

  it('names files from the root of the repository', async () => {
    const files = (await read()).flatMap(({ file }) => file ?? []);
    expect(files.filter((file) => file.startsWith('/'))).toEqual([]);
  });

  it('gives no test that is not there when it was cut in the middle', async () => {
    const report = await environmentFixture(`${runner}/${version}.txt`);
    const all = new Set((await read()).map((result) => result.id));
    for (const share of [0.2, 0.5, 0.8]) {
      const cut = report.slice(0, Math.floor(report.length * share));
      const results = parseOrNothing(runner, cut).filter(({ id }) => !all.has(id));
      // of TAP the last line can be cut in its name
      expect(results.length).toBeLessThanOrEqual(1);
    }
  });
});

function parseOrNothing(runner: RunnerName, report: string) {
  try {
    return runners[runner].parse(report, root);
  } catch {
    return []; // a report that is one JSON value is whole or none
  }
}

describe('the report of any command', () => {
  it.each([
    ['0\n', 'passed'],
    ['1\n', 'failed'],
    ['126\n', 'error'],
    ['127\n', 'error'],
  ])('is its exit code: %j', (report, status) => {
    expect(outcomes(runners.command.parse(report, root))).toEqual([`${status}: (the test command)`]);
  });

  it('says of a program that is not there that nothing was run', () => {
    expect(runners.command.problem?.('127\n', root)).toContain('is not there');
    expect(runners.command.problem?.('1\n', root)).toBeNull();
  });

  it.each(['', 'killed', '-1'])('is none when it is %j', (report) => {
    expect(() => runners.command.parse(report, root)).toThrow('left no exit code');
  });
});

/** Runners that are given files as they are, unlike those that build first. */
const takingFiles = Object.values(runners).filter(
  ({ name }) => !['maven', 'ctest', 'automake'].includes(name),
);

describe.each(takingFiles)('the script of $name', (runner) => {
  const command = (options: string[], targets: string[]) => ({
    runner: runner.name,
    directory: '',
    env: {},
    options,
    targets,
  });
  const names = ["it's.test.js", 'two words.test.js', '$(touch pwned).test.js'];

  it('keeps the options and targets of the repository', () => {
    const script = runner.script(command(['--a-flag'], runner.name === 'command' ? [] : ['a-target']), null);
    expect(script).toContain('--a-flag');
    if (runner.name !== 'command') expect(script).toContain('a-target');
  });

  it.runIf(!['command', 'go-test', 'cargo-test'].includes(runner.name))(
    'narrows to files whatever their names are',
    async () => {
      const given = await argumentsOf(runner.script(command([], ['a-target']), names));
      const isPattern = runner.name === 'uvu';
      expect(given).not.toContain('a-target');
      if (isPattern) expect(names.every((name) => new RegExp(given.at(-1) as string).test(name))).toBe(true);
      else expect(given.slice(-names.length).map((path) => path.replace(/^\.\//, ''))).toEqual(names);
    },
  );
});

/** What the program that a script calls last is given, when a real shell runs the script. */
async function argumentsOf(script: string): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-programs-'));
  try {
    const calls = join(directory, 'calls');
    const program = `#!/bin/bash\nprintf '%s\\0' "$@" > ${calls}\n`;
    for (const { programs } of Object.values(runners)) {
      for (const name of [...programs, 'node', 'python'])
        await writeFile(join(directory, name.replace(/ .*/, '')), program, { mode: 0o755 });
    }
    const env = { PATH: directory, AI_FIX_REPORT: join(directory, 'report') };
    await execa('/bin/bash', ['--norc', '-c', script], { env, extendEnv: false, cwd: directory });
    return (await readFile(calls, 'utf8')).split('\0').slice(0, -1);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

it('takes titles of jest that are no text, as old versions let pass', () => {
  const assertionResults = [
    { ancestorTitles: ['dates'], title: ['a', 'b'], status: 'passed' },
    { ancestorTitles: [], title: 7, status: 'passed' },
  ];
  const report = JSON.stringify({ testResults: [{ name: '/workspace/a.test.js', assertionResults }] });
  expect(runners.jest.parse(report, '/workspace').map(({ id }) => id)).toEqual([
    'a.test.js > dates > a,b',
    'a.test.js > 7',
  ]);
});
