import { describe, expect, it } from 'vitest';
import type { TestRun } from '../../src/core/tests.ts';
import { selectTests } from '../../src/verify/select-tests.ts';

const files = ['cmd/main_test.go', 'cmd/args_test.go', 'tests/plain.rs', 'tests/wide/main.rs', 'src/lib.rs'];
const known: TestRun = {
  tests: new Map(files.map((file) => [file, { id: `a test in ${file}`, status: 'passed', file }])),
  seconds: 1,
  problem: null,
  cutShort: false,
  output: '',
};
const select = (...changed: string[]) => selectTests(changed, new Map(), [known]);

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
    ['a program of tests in Rust: itself', 'tests/plain.rs', { files: ['tests/plain.rs'] }],
    ['a part of one', 'tests/wide/part.rs', { files: ['tests/wide/part.rs'] }],
    ['what several programs may include: all', 'tests/common/mod.rs', 'all'],
    ['a file of Rust with tests of its own: itself', 'src/lib.rs', { files: ['src/lib.rs'] }],
    ['a module of tests in the source: all', 'src/parser/tests.rs', 'all'],
  ])('%s', (_what, path, expected) => {
    expect(select(path)).toEqual(expected);
  });
});
