import { describe, expect, it } from 'vitest';
import { emptyAccount, usageOf } from '../../../src/core/account.ts';
import type { EndedAttempt } from '../../../src/core/attempts.ts';
import type { Verification } from '../../../src/core/verification.ts';
import { chooseAttempt } from '../../../src/run/attempt/choose-attempt.ts';
import { proven, unproven } from '../../support/report.ts';

const noTest: Verification = { ...unproven, newly_red: [], why: 'no test proves this' };
const weakened: Verification = { ...noTest, tampering: [{ path: 'test/a.js', what: 'deletes a test' }] };
const notRunning: Verification = { ...noTest, still_green: 0, not_run: [{ id: 'all', why: 'no build' }] };

function patchOf(path: string, added: readonly string[]): string {
  const lines = added.map((line) => `+${line}`).join('\n');
  return `diff --git a/${path} b/${path}\nindex 1..2 100644\n--- a/${path}\n+++ b/${path}\n@@ -1,0 +1,${added.length} @@\n${lines}\n`;
}
const change = (...lines: string[]) => patchOf('lib/a.js', lines);

function attempts(...ended: [string | null, Verification | null][]): EndedAttempt[] {
  return ended.map(([patch, verification], index) => ({
    ...{ attempt: index + 1, model: 'm', effort: 'high', patch, tree: 't', verification },
    outcome: verification?.verdict ?? 'no_change',
    why: verification?.why ?? 'the agent changed nothing',
    usage: usageOf(emptyAccount),
  }));
}

describe('the attempt that is taken', () => {
  it.each<[string, EndedAttempt[], number, string]>([
    [
      'the proven one, however large',
      attempts([change('a'), noTest], [change('a'), noTest], [change('b', 'c', 'd'), proven]),
      3,
      'it is proven by tests',
    ],
    [
      'the one with a change',
      attempts([null, null], [change('a'), unproven], [null, null]),
      2,
      'no other came to a change',
    ],
    [
      'the one that breaks nothing, whatever the others agree on',
      attempts(
        [change('a'), unproven],
        [change('a'), weakened],
        [change('b', 'c'), noTest],
        [change('a'), notRunning],
      ),
      3,
      'it alone breaks no test and weakens none',
    ],
    [
      'the one that most came to, white space and tests apart',
      attempts(
        [change('b'), noTest],
        [change('if (a)  {', 'c'), noTest],
        [change('if (a) {', 'c') + patchOf('test/a.test.js', ['t1', 't2']), noTest],
      ),
      2,
      '2 of 3 came to the same change',
    ],
    [
      'the one that has most in common with the others',
      attempts(
        [change('x'), noTest],
        [change('a', 'b'), noTest],
        [change('a', 'b', 'c'), noTest],
        [change('b', 'c', 'd'), noTest],
      ),
      3,
      'it has most in common with the others',
    ],
    [
      'the smaller one of two',
      attempts([change('a', 'b', 'c'), noTest], [change('d'), noTest]),
      2,
      'it is the smaller change',
    ],
    [
      'the first of two that nothing tells apart',
      attempts([change('a'), noTest], [change('d'), noTest]),
      1,
      'nothing speaks for another one, and it came first',
    ],
    [
      'the smaller one of those that are the same but for their tests',
      attempts([change('a') + patchOf('test/a.test.js', ['t']), noTest], [change('a'), noTest]),
      2,
      'all 2 with a change came to the same one',
    ],
    [
      'the smaller one where all break something',
      attempts([change('a', 'b'), unproven], [change('c'), unproven]),
      2,
      'it is the smaller change',
    ],
  ])('is %s', (_, tried, attempt, why) => {
    expect(chooseAttempt(tried)).toEqual({ attempt, why });
  });

  it('is none where there was one alone, or none changed anything', () => {
    expect(chooseAttempt(attempts([change('a'), noTest]))).toBeNull();
    expect(chooseAttempt(attempts([null, null], [null, null]))).toBeNull();
  });
});
