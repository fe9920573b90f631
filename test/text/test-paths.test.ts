import { describe, expect, it } from 'vitest';
import { isFixture, isTestPath } from '../../src/text/test-paths.ts';

describe('isTestPath', () => {
  it.each([
    'test/index.js',
    'tests/unit/a.py',
    'Tests/FooTests.cs',
    'packages/a/test/helper.js',
    'src/__tests__/a.ts',
    'spec/models/user_spec.rb',
    'specs/a.js',
    'src/testing/mock.ts',
    'e2e/login.ts',
    'test/fixtures/data.json',
    'lib/__fixtures__/x.txt',
    'src/__snapshots__/a.test.ts.snap',
    'tap-snapshots/test/a.js.test.cjs',
    'src/a.test.ts',
    'src/a.spec.mjs',
    'src/a-test.js',
    'src/a_test.js',
    'src/a.tests.cts',
    'src/A.test.jsx',
    'index.test-d.ts',
    'src/a.e2e.ts',
    'pkg/a_test.go',
    'pkg/testdata/in.golden',
    'tests/it.rs',
    'crates/a/tests/common/mod.rs',
    'src/parser/tests.rs',
    'app/test_views.py',
    'conftest.py',
    'app/conftest.py',
    'src/FooTest.java',
    'src/FooTests.swift',
    'test.js',
    'tests.cjs',
    'spec.ts',
    'a.snap',
  ])('takes %s for a test', (path) => {
    expect(isTestPath(path)).toBe(true);
  });

  it.each([
    'index.js',
    'src/latest/index.js',
    'src/contest.js',
    'src/attest.py',
    'src/testament/a.js',
    'src/test.ts',
    'src/commands/test.js',
    'jinja2/tests.py',
    'src/inspect.js',
    'src/specification.ts',
    'src/testutils.js',
    'mytest/a.js',
    'docs/testing.md',
    'src/fixture.js',
    'Contest.java',
    'src/tester.py',
    'package.json',
    'test',
    'src/a.test.md',
  ])('takes %s for source', (path) => {
    expect(isTestPath(path)).toBe(false);
  });
});

describe('isFixture', () => {
  it.each([
    ['test/fixtures/app/package.json', true],
    ['lib/__fixtures__/a.test.js', true],
    ['fixture/a.py', true],
    ['src/fixture.js', false],
    ['src/fixtures-loader/a.js', false],
  ])('of %s is %j', (path, expected) => {
    expect(isFixture(path)).toBe(expected);
  });
});
