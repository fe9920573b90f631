import { describe, expect, it } from 'vitest';
import { type Changes, type FileChange, pick } from '../../src/core/changes.ts';
import { addUsage, noUsage } from '../../src/core/conversation.ts';
import { countByStatus, type TestStatus } from '../../src/core/tests.ts';

describe('addUsage', () => {
  it('adds each kind of token to its own', () => {
    const a = { cacheHitTokens: 1, cacheMissTokens: 2, outputTokens: 3, reasoningTokens: 4 };
    const b = { cacheHitTokens: 10, cacheMissTokens: 20, outputTokens: 30, reasoningTokens: 40 };
    expect(addUsage(a, b)).toEqual({
      cacheHitTokens: 11,
      cacheMissTokens: 22,
      outputTokens: 33,
      reasoningTokens: 44,
    });
    expect(addUsage(a, noUsage)).toEqual(a);
  });
});

describe('countByStatus', () => {
  it('counts tests by how they ended', () => {
    const statuses: TestStatus[] = ['passed', 'failed', 'passed', 'skipped', 'passed', 'error'];
    const tests = new Map(
      statuses.map((status, index) => [`${index}`, { id: `${index}`, status, file: null }]),
    );
    expect(countByStatus({ tests, seconds: 0, problem: null, cutShort: false, output: '' })).toEqual({
      passed: 3,
      failed: 1,
      error: 1,
      skipped: 1,
      flaky: 0,
    });
  });
});

describe('pick', () => {
  it('keeps the changes to some of the paths, in their order', () => {
    const gone: FileChange = { kind: 'deleted' };
    const changes: Changes = new Map([
      ['test/b.js', gone],
      ['src/a.js', gone],
      ['test/a.js', gone],
    ]);
    expect([...pick(changes, (path) => path.startsWith('test/')).keys()]).toEqual(['test/b.js', 'test/a.js']);
    expect(changes.size).toBe(3);
  });
});
