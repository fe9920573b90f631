import { describe, expect, it } from 'vitest';
import type { TestRun } from '../../src/core/tests.ts';
import { selectTests } from '../../src/verify/select-tests.ts';

const files = [
  'test/parser_test.cc',
  'src/test/java/shop/CartTest.java',
  'src/test/java/shop/OrderTest.java',
  'cmd/main_test.go',
  'cmd/args_test.go',
  'tests/plain.rs',
  'tests/wide/main.rs',
  'src/lib.rs',
];
const known: TestRun = {
  tests: new Map(files.map((file) => [file, { id: `a test in ${file}`, status: 'passed', file }])),
  seconds: 1,
  problem: null,
  cutShort: false,
  output: '',
};
const sources = new Map([
  ['src/test/java/shop/CartTest.java', 'class CartTest extends ShopTestCase {}'],
  ['src/test/java/shop/OrderTest.java', 'class OrderTest { CartTest other; }'],
  ['src/test/java/shop/ShopTestCase.java', 'abstract class ShopTestCase {}'],
  ['src/test/java/shop/Unused.java', 'class Unused {}'],
]);
const select = (...changed: string[]) => selectTests(changed, sources, [known]);

it.each(['snapshots/a.js.snap', 'snapshots/a.js.md', '__snapshots__/a.js.snap'])(
  'of a changed snapshot the test that it belongs to is run: %s',
  (snapshot) => {
    const test = { id: 'a', status: 'passed', file: 'test/a.js' } as const;
    const run = { ...known, tests: new Map([['a', test]]) };
    expect(selectTests([`test/${snapshot}`], new Map(), [run])).toEqual({ files: ['test/a.js'] });
  },
);

describe('of changed test files that are built with others, these are run', () => {
  it.each<[string, string, ReturnType<typeof select>]>([
    [
      'a test file of Go: itself, which stands for its package',
      'cmd/args_test.go',
      { files: ['cmd/args_test.go'] },
    ],
    ['a new one: itself', 'new/new_test.go', { files: ['new/new_test.go'] }],
    [
      'data of a package: its tests',
      'cmd/testdata/a.json',
      { files: ['cmd/args_test.go', 'cmd/main_test.go'] },
    ],
    ['data of no package with tests: all', 'other/testdata/a.json', 'all'],
    ['a source of C that has tests: itself', 'test/parser_test.cc', { files: ['test/parser_test.cc'] }],
    ['a header of C: all', 'test/helper.h', 'all'],
    [
      'a test class of Java: itself',
      'src/test/java/shop/OrderTest.java',
      { files: ['src/test/java/shop/OrderTest.java'] },
    ],
    [
      'a class that others name: these as well',
      'src/test/java/shop/ShopTestCase.java',
      { files: ['src/test/java/shop/CartTest.java', 'src/test/java/shop/OrderTest.java'] },
    ],
    ['a class that no test names: all', 'src/test/java/shop/Unused.java', 'all'],
    ['a program of tests in Rust: itself', 'tests/plain.rs', { files: ['tests/plain.rs'] }],
    ['a part of one', 'tests/wide/part.rs', { files: ['tests/wide/part.rs'] }],
    ['what several programs may include: all', 'tests/common/mod.rs', 'all'],
    ['a file of Rust with tests of its own: itself', 'src/lib.rs', { files: ['src/lib.rs'] }],
    ['a module of tests in the source: all', 'src/parser/tests.rs', 'all'],
  ])('%s', (_what, path, expected) => {
    expect(select(path)).toEqual(expected);
  });
});
