import { describe, expect, it } from 'vitest';
import { type Check, createHealth } from '../../src/health/health.ts';

/** A check that says these things in turn; `null` is that all is well. */
function saying(...answers: (string | null | Promise<string | null>)[]) {
  const check = { asked: 0, late: 'It hangs.', look: async () => answers[check.asked++] ?? null };
  return check;
}

describe('health', () => {
  it('has a line for each thing that is wrong, and none when all is well', async () => {
    expect(await createHealth([saying(null), saying('This\nis gone.'), saying('That is gone.')])()).toEqual([
      'This is gone.',
      'That is gone.',
    ]);
    expect(await createHealth([saying(null)])()).toEqual([]);
  });

  it('answers while a check hangs, says so, and does not ask it again until it is back', async () => {
    const back = Promise.withResolvers<string | null>();
    const hanging = saying(back.promise, 'Asked again.');
    let now = 0;
    const health = createHealth([hanging, saying('Gone.')], { patienceMs: 1, freshMs: 100, now: () => now });
    expect(await health()).toEqual(['It hangs.', 'Gone.']);
    now = 1000;
    expect(await health()).toContain('It hangs.');
    expect(hanging.asked).toBe(1);
    back.resolve(null);
    await back.promise;
    expect(await health()).not.toContain('It hangs.');
  });

  it('looks once for many who ask at once, and again only after a while', async () => {
    let now = 0;
    const check = saying('First.', 'Second.');
    const health = createHealth([check], { freshMs: 100, now: () => now });
    const answers = await Promise.all(Array.from({ length: 50 }, health));
    now = 99;
    answers.push(await health());
    expect(new Set(answers.flat())).toEqual(new Set(['First.']));
    now = 100;
    expect(await health()).toEqual(['Second.']);
    expect(check.asked).toBe(2);
  });

  it('tells of a check that fails instead of failing', async () => {
    const failing: Check = { late: 'It hangs.', look: () => Promise.reject(new Error('no such thing')) };
    expect(await createHealth([failing])()).toEqual(['It hangs. (no such thing)']);
  });
});
