import { describe, expect, it } from 'vitest';
import type { TestResult } from '../../src/core/tests.ts';
import { createTestFinder, fileIn } from '../../src/eval/match-tests.ts';

const result = (id: string, file: string | null = null): TestResult => ({ id, status: 'passed', file });
const finder = (...tests: TestResult[]) => {
  const find = createTestFinder({
    tests: new Map(tests.map((test) => [test.id, test])),
    seconds: 0,
    problem: null,
    cutShort: false,
    output: '',
  });
  return (name: string) => find(name).map(({ id }) => id);
};

const vitest = result('test/a.test.ts > suite > adds', 'test/a.test.ts');
const mocha = result('test/res.js > res when asked should answer', 'test/res.js');
const pytest = result('tests/view/test_forms.py::FormTests::test_empty', 'tests/view/test_forms.py');
const withParameters = result('tests/test_io.py::test_read[a b.txt-1]', 'tests/test_io.py');

describe('a test is found by the name that another harness gave it', () => {
  it.each<[string, TestResult, string]>([
    ['the same name', vitest, 'test/a.test.ts > suite > adds'],
    ['other separators', vitest, 'test/a.test.ts › suite › adds'],
    ['names of groups joined by blanks', mocha, 'test/res.js > res > when asked > should answer'],
    ['a time at its end', vitest, 'test/a.test.ts > suite > adds (12ms)'],
    ['no file', mocha, 'res when asked should answer'],
    ['a file where the runner tells none', result('parse › a value'), 'test/parse.js > parse > a value'],
    ['the form of unittest and Django', pytest, 'test_empty (tests.view.test_forms.FormTests)'],
    ['that form with the path cut short', pytest, 'test_empty (view.test_forms.FormTests)'],
    ['the form of unittest since Python 3.11', pytest, 'test_empty (test_forms.FormTests.test_empty)'],
    ['the bare name of a function', pytest, 'test_empty'],
    ['a list that cut it at a blank', withParameters, 'tests/test_io.py::test_read[a'],
    ['a method of a class', result('com.shop.CartTest > adds'), 'CartTest#adds'],
    ['a part of a test', result('cart/cart_test.go > TestAdd > zero'), 'TestAdd/zero'],
    ['the path of its module in dots', result('pkg.mod.Tests.test_x'), 'mod/Tests::test_x'],
  ])('%s', (_, test, name) => {
    expect(finder(test, result('test/b.test.ts > other', 'test/b.test.ts'))(name)).toEqual([test.id]);
  });

  it('a file or a group stands for all tests in it', () => {
    const more = result('test/a.test.ts > suite > subtracts', 'test/a.test.ts');
    const find = finder(vitest, more, result('test/a.test.ts > suitable', 'test/a.test.ts'));
    expect(find('test/a.test.ts > suite')).toEqual([vitest.id, more.id]);
    expect(find('test/a.test.ts')).toHaveLength(3);
  });

  it('a name that fits several stands for all of them', () => {
    const other = result('tests/test_other.py::Tests::test_empty', 'tests/test_other.py');
    expect(finder(pytest, other)('test_empty')).toEqual([pytest.id, other.id]);
  });
});

describe('no test is found', () => {
  it.each<[string, string]>([
    ['of another file', 'test/b.test.ts > suite > adds'],
    ['with a longer name', 'test/a.test.ts > suite > adds twice'],
    ['whose name only ends like it', 'ds'],
    ['with other parameters', 'tests/test_io.py::test_read[b]'],
    ['of another class', 'test_empty (tests.view.test_forms.OtherTests)'],
  ])('%s', (_, name) => {
    expect(finder(vitest, pytest, withParameters)(name)).toEqual([]);
  });
});

it.each<[string, string | null]>([
  ['test/a.test.ts > suite', 'test/a.test.ts'],
  ['tests/test_a.py::test_x[1.5]', 'tests/test_a.py'],
  ['test/ranges/valid.js', 'test/ranges/valid.js'],
  ['adds 1.5 and 2', null],
  ['test_x (module.Class)', null],
])('the file in %j is %j', (name, file) => {
  expect(fileIn(name)).toBe(file);
});
