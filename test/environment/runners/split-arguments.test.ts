import { describe, expect, it } from 'vitest';
import { runners } from '../../../src/environment/runners/runners.ts';
import { firstTarget, splitArguments } from '../../../src/environment/runners/split-arguments.ts';
import { parseCommands } from '../../../src/environment/shell-words.ts';

const words = (text: string) => parseCommands(text)[0] ?? [];
const rules = {
  withValue: ['require,r', 'grep,g', 'reporter,R', 'jobs,j'],
  drop: ['reporter', 'watch', 'w', 'bail', 'b', 'coverage', 'color'],
};
const split = (text: string) => splitArguments(words(text), rules);

describe('splitArguments', () => {
  it.each<[string, string[], string[]]>([
    ['', [], []],
    ['test spec', [], ['test', 'spec']],
    ['--recursive test', ['--recursive'], ['test']],
    ['-r ts-node/register test', ['-r', 'ts-node/register'], ['test']],
    ['--require=ts-node/register test', ['--require=ts-node/register'], ['test']],
    ['-rts-node/register test', ['-rts-node/register'], ['test']],
    ['-r a -r b', ['-r', 'a', '-r', 'b'], []],
    [`--grep 'a b' "test/**/*.js"`, ['--grep', "'a b'"], ['"test/**/*.js"']],
    ['--unknown test', ['--unknown'], ['test']],
    ['-- test', [], ['test']],
    ['--require', ['--require'], []],
    ['-u=bdd test', ['-u=bdd'], ['test']],
  ])('tells options from targets in %j', (text, options, targets) => {
    expect(split(text)).toEqual({ options, targets });
  });

  it.each<[string, string[]]>([
    ['--reporter dot test', []],
    ['--reporter=dot test', []],
    ['-R dot test', []],
    ['-Rdot test', []],
    ['--watch --bail test', []],
    ['--no-bail test', []],
    ['--no-color test', []],
    ['--coverage.provider=v8 --no-coverage test', []],
    ['--watchman test', ['--watchman']],
    ['--colored test', ['--colored']],
  ])('leaves out reporters, coverage and watching, with their values: %j', (text, options) => {
    expect(split(text)).toEqual({ options, targets: ['test'] });
  });

  it.each<[string, string[]]>([
    ['-bx', ['-x']],
    ['-xb', ['-x']],
    ['-bw', []],
    ['-xyz', ['-xyz']],
    ['-bxj4', ['-x', '-j4']],
    ['-bxj 4', ['-x', '-j', '4']],
    ['-xR dot', ['-x']],
  ])('takes apart options that are written together, where one is to go: %s', (text, options) => {
    expect(split(text)).toEqual({ options, targets: [] });
  });
});

describe('firstTarget', () => {
  it.each<[string, number]>([
    ['-r ./a.js b.js c.js', 2],
    ['b.js', 0],
    ['--flag -r a', -1],
    ['', -1],
  ])('is the first word of %j that is no option and no value', (text, index) => {
    expect(firstTarget(words(text), ['require,r'])).toBe(index);
  });
});

describe("every runner's own options", () => {
  it.each<[keyof typeof runners, string, string[], string[]]>([
    [
      'mocha',
      '-r esm -t 5000 --ui tdd --reporter nyan -w --exit test',
      ['-r', 'esm', '-t', '5000', '--ui', 'tdd'],
      ['test'],
    ],
    [
      'mocha',
      '--globals a,b --opts test/mocha.opts -C test',
      ['--globals', 'a,b', '--opts', 'test/mocha.opts', '-C'],
      ['test'],
    ],
    [
      'jest',
      '--config jest.json -t name --watchAll --coverage --coverageThreshold "{}" src',
      ['--config', 'jest.json', '-t', 'name'],
      ['src'],
    ],
    [
      'jest',
      '--runInBand -w 2 --ci --verbose --forceExit --detectOpenHandles',
      ['--runInBand', '-w', '2'],
      [],
    ],
    ['vitest', 'run --project unit --coverage.provider v8 --bail 1 src', ['--project', 'unit'], ['src']],
    ['vitest', 'src run', [], ['src', 'run']],
    ['vitest', '--typecheck', ['--typecheck'], []],
    [
      'node-test',
      '--test --import tsx --test-reporter spec --test-concurrency=1 "test/*.ts"',
      ['--import', 'tsx', '--test-concurrency=1'],
      ['"test/*.ts"'],
    ],
    [
      'node-test',
      '--test --test-isolation none --env-file .env --test-coverage-lines 90 a.js',
      ['--test-isolation', 'none', '--env-file', '.env'],
      ['a.js'],
    ],
    ['tap', '-J --no-coverage -R spec --100 -t 60 test/*.js', ['-J', '-t', '60'], ['test/*.js']],
    [
      'tape',
      `-r dotenv/config -i .gitignore 'test/**/*.js'`,
      ['-r', 'dotenv/config', '-i', '.gitignore'],
      [`'test/**/*.js'`],
    ],
    ['ava', '--serial -v --tap --match="*foo*" -T 2m', ['--serial', '--match="*foo*"', '-T', '2m'], []],
    ['uvu', `-r tsm -b -i fixtures tests '\\.ts$'`, ['-r', 'tsm', '-i', 'fixtures'], ['tests', `'\\.ts$'`]],
    [
      'pytest',
      '-xvs -k "a and not b" --cov=src --cov-report term -n auto tests',
      ['-s', '-k', '"a and not b"', '-n', 'auto'],
      ['tests'],
    ],
    [
      'pytest',
      '-ra -q --maxfail 1 -m "not slow" -p no:randomly -W error',
      ['-m', '"not slow"', '-p', 'no:randomly', '-W', 'error'],
      [],
    ],
    ['command', 'make -C sub check', ['make', '-C', 'sub', 'check'], []],
  ])('%s %s', (runner, text, options, targets) => {
    expect(runners[runner].split(words(text))).toEqual({ options, targets });
  });
});
