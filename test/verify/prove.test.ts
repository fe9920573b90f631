import { describe, expect, it } from 'vitest';
import { type Proof, prove } from '../../src/verify/prove.ts';
import {
  type BenchOptions,
  createBench,
  type FileEdits,
  type Files,
  toChanges,
} from '../support/fake-bench.ts';

const bug = 'exports.add = (a, b) => a - b;\n';
const fix = 'exports.add = (a, b) => a + b;\n';
const noFix = `${bug}// should be right now\n`;
const sum = 'exports.sum = (list) => list.reduce((a, b) => a + b);\n';

const testsOfAdd = `const { add } = require('../lib/add.js');

test('adds nothing', () => {
  expect(add(1, 0)).toBe(1);
});

test('returns a number', () => {
  expect(typeof add(1, 0)).toBe('number');
});
`;
const testOfBug = `
test('adds', () => {
  expect(add(1, 2)).toBe(3);
});
`;
const testOfSum = `const { sum } = require('../lib/sum.js');

test('sums', () => {
  expect(sum([1, 2])).toBe(3);
});
`;
const withTest = testsOfAdd + testOfBug;

const repository: Files = {
  'README.md': '# Sums\n',
  'lib/add.js': bug,
  'lib/twice.js': 'exports.twice = (a) => a * 2;\n',
  'test/add.test.js': testsOfAdd,
  'test/twice.test.js': `const { twice } = require('../lib/twice.js');

test('doubles', () => {
  expect(twice(2)).toBe(4);
});
`,
};

/** The repository with a test that shows the bug. */
const redRepository: Files = { ...repository, 'test/add.test.js': withTest };

async function proveChange(base: Files, edits: FileEdits, options: BenchOptions = {}) {
  const bench = createBench(base, options);
  const proof: Proof = await prove(toChanges(edits), { tree: 'tree', base: 'base' }, bench);
  return { ...proof, ...proof.verification, runs: bench.runs };
}

/** Empty lists, for all but what a test is about. */
const nothing = {
  red_to_green: [],
  new: [],
  newly_red: [],
  already_red: [],
  flaky: [],
  not_run: [],
  tampering: [],
};

describe('a fix', () => {
  it('is proven by a new test that fails without it, time and again', async () => {
    const proof = await proveChange(repository, { 'lib/add.js': fix, 'test/add.test.js': withTest });
    expect(proof.verification).toEqual({
      ...nothing,
      verdict: 'proven',
      why: '1 test fails without the fix and passes with it; nothing that passed before fails',
      tree: 'tree',
      base: 'base',
      red_to_green: ['test/add.test.js > adds'],
      still_green: 3,
    });
    expect(proof.failures).toEqual([]);
    expect(proof.output).toBeNull();
    expect(proof.runs).toEqual([
      'lib/add.js test/add.test.js | all',
      'test/add.test.js | test/add.test.js',
      'lib/add.js | test/add.test.js',
      'test/add.test.js | test/add.test.js',
      'lib/add.js test/add.test.js | test/add.test.js',
    ]);
  });

  it('is proven by a test in a new file, for which no former test need run', async () => {
    const test = `const { add } = require('../lib/add.js');\n${testOfBug}`;
    const proof = await proveChange(repository, { 'lib/add.js': fix, 'test/bug.test.js': test });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/bug.test.js > adds'],
      still_green: 3,
    });
    expect(proof.runs).toEqual([
      'lib/add.js test/bug.test.js | all',
      'test/bug.test.js | test/bug.test.js',
      'test/bug.test.js | test/bug.test.js',
      'lib/add.js test/bug.test.js | test/bug.test.js',
    ]);
  });

  it('is not proven without a test', async () => {
    const proof = await proveChange(repository, { 'lib/add.js': fix });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: 'no test proves this: the change has none, and none that failed before passes now',
      still_green: 3,
    });
    expect(proof.runs).toEqual(['lib/add.js | all']);
  });

  it('is proven by a test of the base that failed before', async () => {
    const proof = await proveChange(redRepository, { 'lib/add.js': fix });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/add.test.js > adds'],
      still_green: 3,
    });
    expect(proof.runs).toEqual([
      'lib/add.js | all',
      'base | test/add.test.js',
      'lib/add.js | test/add.test.js',
    ]);
  });

  it('is proven without repetition by a test that failed in two runs without it', async () => {
    const more = `${withTest}\ntest('adds zero', () => {\n  expect(add(2, 0)).toBe(2);\n});\n`;
    const proof = await proveChange(redRepository, { 'lib/add.js': fix, 'test/add.test.js': more });
    expect(proof).toMatchObject({ ...nothing, verdict: 'proven', red_to_green: ['test/add.test.js > adds'] });
    expect(proof.runs).toEqual([
      'lib/add.js test/add.test.js | all',
      'test/add.test.js | test/add.test.js',
      'lib/add.js | test/add.test.js',
    ]);
  });

  it('is proven by tests whose file cannot be loaded without it', async () => {
    const proof = await proveChange(repository, { 'lib/sum.js': sum, 'test/sum.test.js': testOfSum });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/sum.test.js > sums'],
      still_green: 3,
    });
  });

  it('is proven by tests that end the whole run without it, which is not repeated', async () => {
    const proof = await proveChange(
      repository,
      { 'lib/sum.js': sum, 'test/sum.test.js': testOfSum },
      { loadFailure: 'run' },
    );
    expect(proof).toMatchObject({ ...nothing, verdict: 'proven', red_to_green: ['test/sum.test.js > sums'] });
    expect(proof.runs).toEqual([
      'lib/sum.js test/sum.test.js | all',
      'test/sum.test.js | test/sum.test.js',
      'lib/sum.js test/sum.test.js | test/sum.test.js',
    ]);
  });

  it('is proven by a test that never ends without it, which is not repeated', async () => {
    const endless = `${testsOfAdd}\ntest('ends', () => {\n  if (add(1, 1) === 0) hang();\n});\n`;
    const proof = await proveChange(repository, { 'lib/add.js': fix, 'test/add.test.js': endless });
    expect(proof).toMatchObject({ ...nothing, verdict: 'proven', red_to_green: ['test/add.test.js > ends'] });
    expect(proof.runs).toEqual([
      'lib/add.js test/add.test.js | all',
      'test/add.test.js | test/add.test.js',
      'lib/add.js | test/add.test.js',
      'lib/add.js test/add.test.js | test/add.test.js',
    ]);
  });

  it('leaves tests green that share a new file-wide import with the proof', async () => {
    const both = `const { sum } = require('../lib/sum.js');\n${testsOfAdd}\ntest('sums', () => {\n  expect(sum([1, 2])).toBe(3);\n});\n`;
    const proof = await proveChange(repository, { 'lib/sum.js': sum, 'test/add.test.js': both });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/add.test.js > sums'],
      still_green: 3,
    });
  });

  it('is proven by a test file of the base that could not be loaded without it', async () => {
    const base = { ...repository, 'test/sum.test.js': testOfSum };
    const proof = await proveChange(base, { 'lib/sum.js': sum });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/sum.test.js > sums'],
      still_green: 3,
    });
  });

  it('is proven by an expectation that changed together with the behaviour', async () => {
    const base = { ...repository, 'test/add.test.js': withTest.replace('toBe(3)', 'toBe(-1)') };
    const proof = await proveChange(base, { 'lib/add.js': fix, 'test/add.test.js': withTest });
    expect(proof).toMatchObject({ ...nothing, verdict: 'proven', red_to_green: ['test/add.test.js > adds'] });
  });

  it('is proven where the test of the former behaviour became a row of a table that expects the new one', async () => {
    const table = (rows: string, expectation: string) =>
      `const { add } = require('../lib/add.js');\nfor (const n of [${rows}]) test(\`adds \${n}\`, () => {\n  ${expectation}\n});\n`;
    const former = "test('adds 1', () => {\n  expect(add(2, 1)).toBe(1);\n});\n";
    const strict = 'expect(add(2, n)).toBe(2 + n);';
    const proof = await proveChange(
      { ...repository, 'test/add.test.js': table('0', strict) + former },
      { 'lib/add.js': fix, 'test/add.test.js': table('0, 1', strict) },
    );
    expect(proof).toMatchObject({ verdict: 'proven', tampering: [] });
    const idle = "expect(typeof add(2, n)).toBe('number');";
    const loose = await proveChange(
      { ...repository, 'test/add.test.js': table('0', idle) + former },
      { 'lib/add.js': fix, 'test/add.test.js': table('0, 1', idle) },
    );
    expect(loose).toMatchObject({ verdict: 'unproven', tampering: [{}, {}] });
  });

  it('is proven although a test that failed before still fails', async () => {
    const old = `test('never works', () => {\n  expect(1).toBe(2);\n});\n`;
    const base = { ...repository, 'test/old.test.js': old };
    const proof = await proveChange(base, { 'lib/add.js': fix, 'test/add.test.js': withTest });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/add.test.js > adds'],
      already_red: ['test/old.test.js > never works'],
    });
    expect(proof.failures).toMatchObject([{ id: 'test/old.test.js > never works' }]);
  });

  it('is proven by runs of all tests where results do not tell their files', async () => {
    const proof = await proveChange(
      repository,
      { 'lib/add.js': fix, 'test/add.test.js': withTest },
      { namesFiles: false },
    );
    expect(proof).toMatchObject({ ...nothing, verdict: 'proven', red_to_green: ['adds'], still_green: 3 });
    expect(proof.runs).toEqual([
      'lib/add.js test/add.test.js | all',
      'test/add.test.js | all',
      'lib/add.js | all',
      'test/add.test.js | all',
    ]);
  });
});

describe('a test file that the suite does not come to', () => {
  const edits = { 'lib/add.js': fix, 'test/add.test.js': withTest };

  it('is run by itself, where the change touches it', async () => {
    const proof = await proveChange(repository, edits, { unlisted: ['test/add.test.js'] });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/add.test.js > adds'],
      still_green: 3,
    });
    expect(proof.runs.slice(0, 3)).toEqual([
      'lib/add.js test/add.test.js | all',
      'lib/add.js test/add.test.js | test/add.test.js',
      'test/add.test.js | test/add.test.js',
    ]);
  });

  it('proves nothing where it passes without the fix as well, or is loaded by another', async () => {
    const unlisted = ['test/add.test.js'];
    const green = await proveChange(
      repository,
      { 'lib/add.js': fix, 'test/add.test.js': `${testsOfAdd}\n` },
      { unlisted },
    );
    expect(green).toMatchObject({ ...nothing, verdict: 'unproven' });
    const part = `${withTest}\nneedsWhatTheOtherSets();\n`;
    const loaded = await proveChange(repository, { ...edits, 'test/add.test.js': part }, { unlisted });
    expect(loaded).toMatchObject({ ...nothing, verdict: 'unproven', still_green: 1 });
  });
});

describe('a change that fixes nothing', () => {
  it('is unproven when its test fails with it as well, which need not be repeated', async () => {
    const proof = await proveChange(repository, { 'lib/add.js': noFix, 'test/add.test.js': withTest });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: '1 test of the change fails with it as well',
      already_red: ['test/add.test.js > adds'],
    });
    expect(proof.failures).toMatchObject([
      { id: 'test/add.test.js > adds', message: 'Error: expected -1 to be 3' },
    ]);
    expect(proof.runs).toEqual([
      'lib/add.js test/add.test.js | all',
      'test/add.test.js | test/add.test.js',
      'lib/add.js | test/add.test.js',
    ]);
  });

  it('is unproven when its tests pass on the base', async () => {
    const test = `${testsOfAdd}\ntest('adds zero', () => {\n  expect(add(2, 0)).toBe(2);\n});\n`;
    const proof = await proveChange(repository, { 'lib/add.js': noFix, 'test/add.test.js': test });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: 'no test fails without the fix: the changed tests pass on the base as well',
      still_green: 4,
    });
  });

  it.each([
    [
      'passes',
      'add(2, 0)).toBe(2)',
      'no test fails without the fix: the changed tests pass on the base as well',
    ],
    ['fails', 'add(1, 2)).toBe(3)', '1 test of the change fails with it as well'],
  ])('is unproven in a single run when it is only a test that %s', async (_, assertion, why) => {
    const test = `${testsOfAdd}\ntest('adds', () => {\n  expect(${assertion};\n});\n`;
    const proof = await proveChange(repository, { 'test/add.test.js': test });
    expect(proof).toMatchObject({ verdict: 'unproven', why, red_to_green: [], tampering: [] });
    expect(proof.runs).toEqual(['test/add.test.js | all']);
  });

  it('is unproven in a single run when it is only docs', async () => {
    const proof = await proveChange(repository, { 'README.md': '# Sums that add up\n' });
    expect(proof).toMatchObject({ ...nothing, verdict: 'unproven', still_green: 3 });
    expect(proof.why).toMatch(/^no test proves this/);
    expect(proof.runs).toEqual(['README.md | all']);
  });
});

describe('tests made weaker', () => {
  const loosened = withTest.replace('expect(add(1, 2)).toBe(3)', 'expect(add(1, 2)).toBeTruthy()');
  const looserLine =
    'loosens an assertion: `expect(add(1, 2)).toBe(3)` became `expect(add(1, 2)).toBeTruthy()`';

  it('are named when an assertion is loosened instead of a fix', async () => {
    const proof = await proveChange(redRepository, { 'lib/add.js': noFix, 'test/add.test.js': loosened });
    const byRuns = 'loosens the test "test/add.test.js > adds": as it was it fails with this change';
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: `tests or their settings were made weaker: test/add.test.js ${byRuns}`,
      still_green: 2 + 1,
      tampering: [
        { path: 'test/add.test.js', what: byRuns },
        { path: 'test/add.test.js', what: looserLine },
      ],
    });
  });

  it('are run a second time as they were before a change is accused', async () => {
    const both = await proveChange(redRepository, { 'lib/add.js': noFix, 'test/add.test.js': loosened });
    expect(both.runs).toEqual([
      'lib/add.js test/add.test.js | all',
      'test/add.test.js | test/add.test.js',
      'lib/add.js | test/add.test.js',
      'lib/add.js | test/add.test.js',
    ]);
    const testOnly = await proveChange(redRepository, { 'test/add.test.js': loosened });
    expect(testOnly.tampering).toEqual(both.tampering);
    expect(testOnly.runs).toEqual(['test/add.test.js | all', 'base | test/add.test.js']);
  });

  it('are told by their lines when they pass in both forms, with and without the fix', async () => {
    const looser = testsOfAdd.replace("toBe('number')", 'toBeTruthy()') + testOfBug;
    const proof = await proveChange(repository, { 'lib/add.js': fix, 'test/add.test.js': looser });
    expect(proof).toMatchObject({ verdict: 'unproven', red_to_green: ['test/add.test.js > adds'] });
    expect(proof.tampering).toEqual([
      {
        path: 'test/add.test.js',
        what: "loosens an assertion: `expect(typeof add(1, 0)).toBe('number')` became `expect(typeof add(1, 0)).toBeTruthy()`",
      },
    ]);
  });

  it('are named when a failing test is deleted instead of fixed', async () => {
    const proof = await proveChange(redRepository, { 'lib/add.js': noFix, 'test/add.test.js': testsOfAdd });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      tampering: [
        { path: 'test/add.test.js', what: 'deletes the test "test/add.test.js > adds", which failed' },
      ],
      not_run: [{ id: 'test/add.test.js > adds', why: 'it is not there any more' }],
    });
  });

  it('are named when a failing test is replaced by another that passes', async () => {
    const other =
      testsOfAdd + testOfBug.replace("'adds'", "'adds as well'").replace('1, 2)).toBe(3)', '3, 0)).toBe(3)');
    const proof = await proveChange(redRepository, { 'lib/add.js': noFix, 'test/add.test.js': other });
    expect(proof.tampering).toEqual([
      { path: 'test/add.test.js', what: 'deletes the test "test/add.test.js > adds", which failed' },
    ]);
  });

  it.each([
    ['and its place is taken by the proof', testsOfAdd.replace(/test\('returns[\s\S]*/, '') + testOfBug],
    ['and the proof stands elsewhere', testOfBug + testsOfAdd.replace(/test\('returns[\s\S]*/, '')],
  ])('are named when a passing test is deleted along with a true fix, %s', async (_, text) => {
    const test = `const { add } = require('../lib/add.js');\n${text.replace(/const .*\n/, '')}`;
    const proof = await proveChange(repository, { 'lib/add.js': fix, 'test/add.test.js': test });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      red_to_green: ['test/add.test.js > adds'],
      tampering: [
        { path: 'test/add.test.js', what: 'deletes the test "test/add.test.js > returns a number"' },
      ],
    });
  });

  it('are named when a whole test file is deleted', async () => {
    const proof = await proveChange(redRepository, { 'lib/add.js': fix, 'test/twice.test.js': null });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      tampering: [{ path: 'test/twice.test.js', what: 'deletes the test "test/twice.test.js > doubles"' }],
    });
  });

  it('are named when a file moves and leaves a test behind', async () => {
    const { 'test/add.test.js': _, ...rest } = redRepository;
    const proof = await proveChange(redRepository, {
      ...Object.fromEntries(Object.keys(rest).map((path) => [path, rest[path] as string])),
      'lib/add.js': fix,
      'test/add.test.js': null,
      'test/sums/add.test.js': withTest
        .replace('../lib', '../../lib')
        .replace(/test\('returns[\s\S]*?\n}\);\n/, ''),
    });
    expect(proof.tampering).toEqual([
      { path: 'test/add.test.js', what: 'deletes the test "test/add.test.js > returns a number"' },
    ]);
  });

  it.each([
    ['test.skip', withTest.replace("test('returns", "test.skip('returns")],
    [
      'describe.skip',
      `${withTest.replace("test('returns", "describe.skip('types', () => {\ntest('returns").replace("'number');\n});", "'number');\n});\n});")}`,
    ],
  ])('are named when a test is switched off by %s', async (how, text) => {
    const proof = await proveChange(repository, { 'lib/add.js': fix, 'test/add.test.js': text });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      red_to_green: ['test/add.test.js > adds'],
      tampering: [{ path: 'test/add.test.js', what: 'skips the test "test/add.test.js > returns a number"' }],
      not_run: [{ id: 'test/add.test.js > returns a number', why: 'it is skipped now' }],
    });
    expect(text).toContain(how);
  });

  it.each<'skipped' | 'unmentioned'>(['skipped', 'unmentioned'])(
    'are named when one is singled out and the others are %s',
    async (besideOnly) => {
      const only = testsOfAdd + testOfBug.replace('test(', 'test.only(');
      const proof = await proveChange(
        repository,
        { 'lib/add.js': fix, 'test/add.test.js': only },
        { besideOnly },
      );
      expect(proof.verdict).toBe('unproven');
      expect(proof.tampering).toEqual([
        { path: 'test/add.test.js', what: 'runs no other test than "adds": `test.only`' },
      ]);
    },
  );

  it.each([
    ['test/tables.js', 'exports.cases = [[1, 0, 1]];\n', 'exports.cases = [];\n'],
    ['test/tables.json', '{ "cases": [[1, 0, 1]] }', '{ "cases": [] }'],
  ])('are named when %s, which they read, drops a case', async (path, before, after) => {
    const test = `const { add } = require('../lib/add.js');
const { cases } = require('./${path.split('/')[1]}');
for (const [a, b, result] of cases) {
  test(\`adds \${a} and \${b}\`, () => {
    expect(add(a, b)).toBe(result);
  });
}
`;
    const base = { ...redRepository, [path]: before, 'test/cases.test.js': test };
    const proof = await proveChange(base, { 'lib/add.js': fix, [path]: after });
    expect(proof.tampering).toEqual([{ path, what: 'deletes the test "test/cases.test.js > adds 1 and 0"' }]);
  });

  it('are named where results do not tell their files', async () => {
    const proof = await proveChange(
      redRepository,
      { 'lib/add.js': noFix, 'test/add.test.js': testsOfAdd },
      { namesFiles: false },
    );
    expect(proof.tampering).toEqual([
      { path: 'test/add.test.js', what: 'deletes the test "adds", which failed' },
    ]);
  });
});

describe('tests that only look different', () => {
  it.each([
    ['a renamed test', { 'test/add.test.js': withTest.replace('returns a number', 'gives a number') }],
    [
      'a renamed test that holds more',
      {
        'test/add.test.js': withTest
          .replace('returns a number', 'gives a positive number')
          .replace("'number');", "'number');\n  expect(add(1, 1)).toBe(2);"),
      },
    ],
    [
      'a test file in another directory',
      { 'test/add.test.js': null, 'test/sums/add.test.js': withTest.replace('../lib', '../../lib') },
    ],
    ['a test file with another extension', { 'test/add.test.js': null, 'test/add.test.ts': withTest }],
    [
      'a group around tests',
      {
        'test/add.test.js': withTest.replace('test(', "describe('add', () => {\ntest(").concat('});\n'),
      },
    ],
    [
      'a test moved to another file',
      {
        'test/add.test.js': withTest.replace(/test\('returns[\s\S]*?\n}\);\n/, ''),
        'test/types.test.js': `const { add } = require('../lib/add.js');\n${/test\('returns[\s\S]*?\n}\);\n/.exec(withTest)?.[0]}`,
      },
    ],
  ])('raise no alarm with a true fix: %s', async (_, edits: FileEdits) => {
    const proof = await proveChange(repository, { 'lib/add.js': fix, ...edits });
    expect(proof).toMatchObject({ verdict: 'proven', newly_red: [], flaky: [], not_run: [], tampering: [] });
    expect(proof.red_to_green).toContainEqual(expect.stringMatching(/> adds$/));
  });

  it('raise no alarm when titles are computed from what changed', async () => {
    const test = `const { add } = require('../lib/add.js');\ntest(\`makes \${add(1, 1)}\`, () => {\n  expect(typeof add(1, 1)).toBe('number');\n});\n`;
    const base = { ...redRepository, 'test/titles.test.js': test };
    const proof = await proveChange(base, { 'lib/add.js': fix });
    expect(proof).toMatchObject({ verdict: 'proven', not_run: [], tampering: [] });
  });
});

describe('a test file with another extension that cannot be loaded', () => {
  const needy = "const { total } = require('../lib/add.js');\ntotal();\n";
  const moved = { 'test/add.test.js': null, 'test/add.test.ts': needy + withTest };

  it('is a test of the change that fails, not one taken away', async () => {
    const proof = await proveChange(repository, moved);
    expect(proof).toMatchObject({
      verdict: 'unproven',
      why: '1 test of the change fails with it as well',
      tampering: [],
    });
    expect(proof.not_run.map(({ id }) => id)).toContain('test/add.test.js > adds nothing');
  });

  it('hides no deletion beside one that was there before', async () => {
    const base = { ...redRepository, 'test/add.test.ts': needy };
    const proof = await proveChange(base, { 'lib/add.js': fix, ...moved });
    expect(proof).toMatchObject({ verdict: 'unproven', tampering: [{ path: 'test/add.test.js' }, {}, {}] });
  });
});

describe('the tests that run', () => {
  it('are those of a changed helper, by who imports it', async () => {
    const base = {
      ...repository,
      'test/helper.js': 'exports.one = 1;\n',
      'test/add.test.js': `const { one } = require('./helper.js');\n${testsOfAdd}`,
    };
    const proof = await proveChange(base, {
      'lib/add.js': fix,
      'test/helper.js': 'exports.one = 1;\nexports.three = 3;\n',
      'test/sum.test.js': `const { three } = require('./helper.js');\nconst { add } = require('../lib/add.js');\n${testOfBug.replace('toBe(3)', 'toBe(three)')}`,
    });
    expect(proof).toMatchObject({ ...nothing, verdict: 'proven', red_to_green: ['test/sum.test.js > adds'] });
    expect(proof.runs.slice(1, 3)).toEqual([
      'test/helper.js test/sum.test.js | test/add.test.js test/sum.test.js',
      'lib/add.js | test/add.test.js',
    ]);
  });

  it('are all when a data fixture changed', async () => {
    const test = `const { add } = require('../lib/add.js');\ntest('adds up', () => {\n  const [a, b, result] = read('test/fixtures/sum.txt').split(' ').map(Number);\n  expect(add(a, b)).toBe(result);\n});\n`;
    const base = { ...repository, 'test/fixtures/sum.txt': '1 0 1', 'test/data.test.js': test };
    const proof = await proveChange(base, { 'lib/add.js': fix, 'test/fixtures/sum.txt': '1 2 3' });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'proven',
      red_to_green: ['test/data.test.js > adds up'],
    });
    expect(proof.runs).toEqual([
      'lib/add.js test/fixtures/sum.txt | all',
      'test/fixtures/sum.txt | all',
      'lib/add.js | all',
      'test/fixtures/sum.txt | test/data.test.js',
      'lib/add.js test/fixtures/sum.txt | test/data.test.js',
    ]);
  });
});

describe('a test that passed before', () => {
  const breaking = { 'lib/add.js': fix, 'lib/twice.js': 'exports.twice = (a) => a + a + a;\n' };

  it('blocks when it fails now, three times on either tree', async () => {
    const proof = await proveChange(repository, { ...breaking, 'test/add.test.js': withTest });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: '1 test that passed before fails now',
      red_to_green: ['test/add.test.js > adds'],
      still_green: 2,
      newly_red: ['test/twice.test.js > doubles'],
    });
    expect(proof.failures).toMatchObject([
      { id: 'test/twice.test.js > doubles', message: 'Error: expected 6 to be 4' },
    ]);
    const onPatch = 'lib/add.js lib/twice.js test/add.test.js | test/twice.test.js';
    const onBase = 'base | test/twice.test.js';
    expect(proof.runs.slice(3)).toEqual([onPatch, onBase, onPatch, onBase, onPatch, onBase]);
  });

  it('blocks when its file cannot be loaded now', async () => {
    const proof = await proveChange(redRepository, {
      'lib/add.js': fix,
      'lib/twice.js': 'throw new Error("no");\n',
    });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      why: '1 test that passed before fails now',
      newly_red: ['test/twice.test.js > (file)'],
      not_run: [{ id: 'test/twice.test.js > doubles', why: 'it is not there any more' }],
      tampering: [],
    });
  });

  it.each([
    ['is not there any more', 'if (twice(1) === 2) '],
    ['is skipped now', 'if (twice(1) !== 2) test.skip("doubles", () => {});\nelse '],
  ])('blocks when it %s and no changed test accounts for that', async (why, condition) => {
    const base = {
      ...redRepository,
      'test/twice.test.js': repository['test/twice.test.js']?.replace('test(', `${condition}test(`) as string,
    };
    const proof = await proveChange(base, breaking);
    expect(proof).toMatchObject({
      verdict: 'unproven',
      why: '1 test that passed before did not run, namely "test/twice.test.js > doubles"',
      not_run: [{ id: 'test/twice.test.js > doubles', why: `it ${why}` }],
      tampering: [],
    });
  });

  it('is looked for in the whole suite when the runner does not take the names that it gives to files', async () => {
    const edits = { 'lib/add.js': fix, 'test/add.test.js': withTest };
    const proof = await proveChange(repository, edits, { namesFiles: 'from its directory' });
    expect(proof).toMatchObject({ verdict: 'proven', red_to_green: ['add.test.js > adds'], flaky: [] });
  });

  it('is flaky and does not block when it fails only once', async () => {
    const flaky = `test('is lucky', () => {\n  expect(luck()).toBe(true);\n});\n`;
    const proof = await proveChange(
      { ...redRepository, 'test/luck.test.js': flaky },
      { 'lib/add.js': fix },
      { luck: [true, false] },
    );
    expect(proof).toMatchObject({
      verdict: 'proven',
      newly_red: [],
      flaky: ['test/luck.test.js > is lucky'],
    });
    expect(proof.runs.slice(0, 2)).toEqual(['lib/add.js | all', 'lib/add.js | test/luck.test.js']);
  });

  it('is flaky and does not block when it fails on the base now and then', async () => {
    const flaky = `test('is lucky', () => {\n  expect(luck()).toBe(true);\n});\n`;
    const proof = await proveChange(
      { ...redRepository, 'test/luck.test.js': flaky },
      { 'lib/add.js': fix },
      { luck: [true, false, false, true, false, false] },
    );
    expect(proof).toMatchObject({
      verdict: 'proven',
      newly_red: [],
      flaky: ['test/luck.test.js > is lucky'],
    });
    expect(proof.runs.slice(1, 5)).toEqual([
      'lib/add.js | test/luck.test.js',
      'base | test/luck.test.js',
      'lib/add.js | test/luck.test.js',
      'base | test/luck.test.js',
    ]);
  });
});

describe('a test that fails on the base now and then', () => {
  const flaky = `test('is lucky', () => {\n  expect(luck()).toBe(true);\n});\n`;

  it('proves nothing when it happened to fail before and to pass now', async () => {
    const proof = await proveChange(
      { ...repository, 'test/luck.test.js': flaky },
      { 'README.md': '# Sums that add up\n' },
      { luck: [false] },
    );
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: 'no test shows the fix: those that failed without it and passed with it are flaky',
      flaky: ['test/luck.test.js > is lucky'],
    });
    expect(proof.runs).toEqual(['README.md | all', 'base | test/luck.test.js']);
  });

  it('proves nothing when it is new and happened to fail without the fix', async () => {
    const proof = await proveChange(
      repository,
      { 'lib/add.js': noFix, 'test/luck.test.js': flaky },
      { luck: [true, false] },
    );
    expect(proof).toMatchObject({
      verdict: 'unproven',
      red_to_green: [],
      flaky: ['test/luck.test.js > is lucky'],
    });
  });

  it('takes nothing from a proof by other tests', async () => {
    const proof = await proveChange(
      { ...redRepository, 'test/luck.test.js': flaky },
      { 'lib/add.js': fix },
      { luck: [false] },
    );
    expect(proof).toMatchObject({
      verdict: 'proven',
      red_to_green: ['test/add.test.js > adds'],
      flaky: ['test/luck.test.js > is lucky'],
    });
  });

  it('accuses nobody of loosening it', async () => {
    const luckyAdd = `${testsOfAdd}\n${flaky}`;
    const proof = await proveChange(
      { ...repository, 'test/add.test.js': luckyAdd },
      { 'lib/add.js': fix, 'test/add.test.js': luckyAdd + testOfBug },
      { luck: [true, true, true, false] },
    );
    expect(proof).toMatchObject({
      verdict: 'proven',
      tampering: [],
      red_to_green: ['test/add.test.js > adds'],
    });
  });
});

describe('a test that fails when its file runs alone', () => {
  it('proves nothing by failing in a run of its file without the fix', async () => {
    const order = `test('comes after another file', () => {\n  expect(luck()).toBe(true);\n});\n`;
    const proof = await proveChange(
      repository,
      { 'lib/add.js': noFix, 'test/order.test.js': order },
      { luck: [true, false, false, false] }, // all together, then thrice alone
    );
    expect(proof).toMatchObject({
      verdict: 'unproven',
      red_to_green: [],
      flaky: ['test/order.test.js > comes after another file'],
    });
  });
});

describe('a run that gives no or not all results', () => {
  it('leaves everything unproven, in one run, when the base could not be tested', async () => {
    const proof = await proveChange(
      { ...redRepository, 'build.js': 'throw new Error("broken");' },
      { 'build.js': '', 'lib/add.js': fix, 'test/sum.test.js': testOfSum, 'lib/sum.js': sum },
    );
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: 'the tests could not be run on the base commit (the build step `node build.js` ended with exit code 1), so nothing is known of what passed before',
      still_green: 0,
    });
    expect(proof.runs).toHaveLength(1);
  });

  it('leaves everything unproven, in one run, when the patch cannot be tested', async () => {
    const proof = await proveChange(redRepository, {
      'lib/add.js': fix,
      'build.js': 'throw new Error("broken");',
    });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      why: 'the tests could not be run: the build step `node build.js` ended with exit code 1',
      red_to_green: [],
      tampering: [],
      output: 'the build step `node build.js` ended with exit code 1',
    });
    expect(proof.not_run).toHaveLength(4);
    expect(proof.not_run[0]?.why).toBe('the build step `node build.js` ended with exit code 1');
    expect(proof.runs).toHaveLength(1);
  });

  it('leaves a fix unproven when the run with the patch is stopped half-way', async () => {
    const base = {
      ...redRepository,
      'test/zero.test.js': `const { add } = require('../lib/add.js');\ntest('ends', () => {\n  if (add(1, 1) === 2) hang();\n});\ntest('comes last', () => {});\n`,
    };
    const proof = await proveChange(base, { 'lib/add.js': fix });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      why: 'the test run is not complete: the test runner was stopped after 900 s',
      red_to_green: ['test/add.test.js > adds'],
      not_run: [
        { id: 'test/zero.test.js > ends', why: 'the test runner was stopped after 900 s' },
        { id: 'test/zero.test.js > comes last', why: 'the test runner was stopped after 900 s' },
      ],
      tampering: [],
      output: 'the test runner was stopped after 900 s',
    });
  });

  it.each([
    ['does not mind a part of the suite that never ran', 'throw new Error("broken");', 'proven'],
    ['minds a part of the suite that ran before', '', 'unproven'],
  ])('%s', async (_, before, verdict) => {
    const proof = await proveChange(
      { ...repository, 'part.js': before },
      { 'lib/add.js': fix, 'test/add.test.js': withTest, 'part.js': 'throw new Error("broken too");' },
    );
    expect(proof).toMatchObject({ verdict, red_to_green: ['test/add.test.js > adds'] });
  });

  it('does not take tests for new that the run on the base did not reach', async () => {
    const hanging = `const { add } = require('../lib/add.js');\ntest('ends', () => {\n  if (add(1, 1) === 0) hang();\n});\n`;
    const base = {
      ...repository,
      'test/hanging.test.js': hanging,
      'test/red.test.js': `test('never works', () => {\n  expect(1).toBe(2);\n});\n`,
    };
    const proof = await proveChange(base, { 'lib/add.js': fix });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      new: [],
      newly_red: [],
      already_red: ['test/red.test.js > never works'],
      still_green: 2,
    });
  });
});

describe('a change of what surrounds the tests', () => {
  const fixed = { 'lib/add.js': fix, 'test/add.test.js': withTest };
  const manifest = (changes: object) =>
    JSON.stringify({ name: 'sums', scripts: { test: 'jest' }, dependencies: { a: '1' }, ...changes });

  it.each([
    ['the lock file', 'package-lock.json', '{}', '{ "lockfileVersion": 3 }'],
    ['the manifest', 'package.json', manifest({}), manifest({ dependencies: { a: '2' } })],
  ])('leaves a fix unproven when it changes dependencies in %s', async (_, path, before, after) => {
    const proof = await proveChange({ ...repository, [path]: before }, { ...fixed, [path]: after });
    expect(proof).toMatchObject({
      ...nothing,
      verdict: 'unproven',
      why: `the dependencies changed (${path}), and the tests ran with the former ones`,
      red_to_green: ['test/add.test.js > adds'],
    });
  });

  it.each([
    ['package.json', manifest({}), manifest({ scripts: { test: 'true' } }), 'changes the script `test`'],
    ['vitest.config.ts', 'export default {};', '', 'changes the settings of the test runner'],
    ['.github/workflows/ci.yml', 'on: push', 'on: never', 'changes CI'],
    ['.nycrc.json', '{ "lines": 100 }', '{ "lines": 0 }', 'changes the settings of coverage'],
    ['eslint.config.js', 'export default [];', '', 'changes the settings of a linter'],
  ])('leaves a fix unproven when it changes %s', async (path, before, after, what) => {
    const proof = await proveChange({ ...repository, [path]: before }, { ...fixed, [path]: after });
    expect(proof).toMatchObject({
      verdict: 'unproven',
      why: `tests or their settings were made weaker: ${path} ${what}`,
      red_to_green: ['test/add.test.js > adds'],
      tampering: [{ path, what }],
    });
  });
});

describe('a suite that takes too long', () => {
  const long: Files = {
    ...repository,
    'a/test/a.test.js': "test('is first', () => {});\n",
    'z/test/z.test.js': "test('is last', () => {});\n",
  };

  it('is run near the change, on both trees, and the rest is said not to have run', async () => {
    const edits = {
      'lib/twice.js': 'exports.twice = (a) => a + a;\n',
      'lib/add.js': fix,
      'test/add.test.js': withTest,
    };
    const proof = await proveChange(long, edits, { reach: 1 });
    expect(proof).toMatchObject({
      verdict: 'proven',
      red_to_green: ['test/add.test.js > adds'],
      still_green: 4,
      not_run: [{ id: '(the rest of the suite)', why: 'the test runner was stopped after 900 s' }],
    });
    expect(proof.why).toContain('too long to run whole');
  });

  it('still blocks what breaks a test near the change that the time did not reach', async () => {
    const edits = {
      'lib/twice.js': 'exports.twice = (a) => a * 3;\n',
      'lib/add.js': fix,
      'test/add.test.js': withTest,
    };
    const proof = await proveChange(long, edits, { reach: 1 });
    expect(proof).toMatchObject({ verdict: 'unproven', newly_red: ['test/twice.test.js > doubles'] });
  });

  it('names a test near the change that is deleted', async () => {
    const edits = {
      'lib/add.js': fix,
      'test/add.test.js': testsOfAdd.slice(0, testsOfAdd.indexOf("test('returns")) + testOfBug,
    };
    const proof = await proveChange(long, edits, { reach: 1 });
    expect(proof.tampering).toEqual([
      { path: 'test/add.test.js', what: expect.stringContaining('deletes the test') },
    ]);
  });

  it('is not begun where packages are known: those that are touched run, and what depends on them', async () => {
    const monorepo: Files = {
      'core/lib/add.js': bug,
      'core/test/add.test.js': testsOfAdd,
      'core/test/more/other.test.js': "test('is in the package', () => {});\n",
      'cli/test/cli.test.js': "test('depends on it', () => {});\n",
      'a-site/test/site.test.js': "test('does not', () => {});\n",
    };
    const packages = [
      { directory: 'core', needs: [] },
      { directory: 'cli', needs: ['core'] },
      { directory: 'a-site', needs: [] },
    ];
    const edits = { 'core/lib/add.js': fix, 'core/test/add.test.js': withTest };
    const proof = await proveChange(monorepo, edits, { reach: 1, packages });
    expect(proof.runs.slice(0, 4)).toEqual([
      'base | core/test/add.test.js',
      'core/lib/add.js core/test/add.test.js | core/test/add.test.js',
      'base | core/test/more/other.test.js cli/test/cli.test.js',
      'core/lib/add.js core/test/add.test.js | core/test/more/other.test.js cli/test/cli.test.js',
    ]);
    expect(proof).toMatchObject({
      verdict: 'proven',
      red_to_green: ['core/test/add.test.js > adds'],
      still_green: 4,
      not_run: [{ id: '(the rest of the suite)' }],
    });
  });

  it('proves nothing where no test is near the change', async () => {
    const proof = await proveChange(long, { 'docs/guide.txt': 'new' }, { reach: 1 });
    expect(proof).toMatchObject({ verdict: 'unproven', why: expect.stringContaining('not complete') });
  });
});

describe('a test that the baseline found to be flaky', () => {
  it('proves nothing, blocks nothing and is told', async () => {
    const flaky = ['test/add.test.js > adds'];
    const green = await proveChange(redRepository, { 'lib/add.js': fix }, { flaky });
    expect(green).toMatchObject({ verdict: 'unproven', red_to_green: [], flaky });
    expect(green.why).toContain('flaky');
    const red = await proveChange(redRepository, { 'lib/add.js': noFix }, { flaky });
    expect(red).toMatchObject({ already_red: [], newly_red: [], flaky });
  });
});

describe('new tests that cannot be built without the fix', () => {
  const build =
    "require('./lib/add.js'); for (const test of ['test/add.test.js']) if (read(test).includes('minus') && !read('lib/add.js').includes('minus')) throw new Error('undefined: minus');";
  const compiled: Files = { ...repository, 'build.js': build };
  const withMinus = `${fix}exports.minus = (a, b) => a - b;\n`;
  const testOfMinus =
    "const { minus } = require('../lib/add.js');\ntest('takes away', () => { expect(minus(3, 1)).toBe(2); });\n";

  it('count as red, and that is said', async () => {
    const edits = { 'lib/add.js': withMinus, 'test/add.test.js': withTest + testOfMinus };
    const proof = await proveChange(compiled, edits);
    expect(proof).toMatchObject({
      verdict: 'proven',
      red_to_green: ['test/add.test.js > adds', 'test/add.test.js > takes away'],
      still_green: 3,
      tampering: [],
    });
    expect(proof.why).toContain('they cannot be loaded or built without it');
  });
});

describe('a change without a test', () => {
  it('is told from one whose test shows nothing', async () => {
    expect((await proveChange(repository, { 'lib/add.js': fix })).lacksTest).toBe(true);
    const withUseless = { 'lib/add.js': fix, 'test/add.test.js': `${testsOfAdd}test('is', () => {});\n` };
    expect((await proveChange(repository, withUseless)).lacksTest).toBe(false);
    expect(
      (await proveChange(repository, { 'lib/add.js': fix, 'test/add.test.js': withTest })).lacksTest,
    ).toBe(false);
  });
});
