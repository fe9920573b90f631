import { describe, expect, it } from 'vitest';
import type { TestResult, TestRun } from '../../../src/core/tests.ts';
import { countTestFiles } from '../../../src/run/prepare/test-files.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const files = repositoryFiles({
  'lib/a.js': 'export const a = 1;',
  'test/a.test.js': "it('adds numbers', () => {})",
  'test/b.test.js': "it('takes numbers away', () => {})",
  'test/helper.js': 'export const helper = 1;',
  'pkg/sums_test.go': 'func TestSums(t *testing.T) {}',
});

const run = (...tests: Pick<TestResult, 'id' | 'file'>[]): TestRun => ({
  tests: new Map(tests.map((test) => [test.id, { ...test, status: 'passed' }])),
  seconds: 1,
  problem: null,
  cutShort: false,
  output: '',
});

describe('countTestFiles', () => {
  it('counts a file as collected when a result names it', async () => {
    const counted = await countTestFiles(
      files,
      run({ id: 'test/a.test.js > adds numbers', file: 'test/a.test.js' }),
    );
    expect(counted).toEqual({ present: 3, collected: 1, missing: ['pkg/sums_test.go', 'test/b.test.js'] });
  });

  it('does not count a file that could not be loaded', async () => {
    const unloadable = run({ id: 'test/a.test.js', file: 'test/a.test.js' });
    const failed = new Map(
      [...unloadable.tests].map(([id, test]) => [id, { ...test, status: 'failed' as const }]),
    );
    expect((await countTestFiles(files, { ...unloadable, tests: failed })).collected).toBe(0);
  });

  it('looks for the names of tests where the runner names no file', async () => {
    const counted = await countTestFiles(
      files,
      run({ id: 'sums > takes numbers away', file: null }, { id: 'example.org/pkg.TestSums', file: null }),
    );
    expect(counted).toEqual({ present: 3, collected: 2, missing: ['test/a.test.js'] });
  });

  it('does not know of a command that is known by its exit code only', async () => {
    const counted = await countTestFiles(files, run({ id: '(the test command)', file: null }));
    expect(counted).toEqual({ present: 3, collected: null, missing: [] });
  });
});
