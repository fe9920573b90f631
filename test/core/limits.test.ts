import { describe, expect, it } from 'vitest';
import {
  defaultRunLimits,
  exhausted,
  isEnoughForAnother,
  limitsOfAttempt,
  shareUsed,
} from '../../src/core/limits.ts';

const limits = { ...defaultRunLimits, steps: 10, usd: 2, minutes: 30 };
const spent = { steps: 0, usd: 0, minutes: 0 };

describe('exhausted', () => {
  it.each([
    [{}, null],
    [{ steps: 9, usd: 1.99, minutes: 29.9 }, null],
    [{ steps: 10 }, 'steps'],
    [{ steps: 11 }, 'steps'],
    [{ usd: 2 }, 'money'],
    [{ usd: 5 }, 'money'],
    [{ minutes: 30 }, 'time'],
    [{ steps: 10, usd: 2, minutes: 30 }, 'steps'],
  ])('of %j is %j', (changes, expected) => {
    expect(exhausted(limits, { ...spent, ...changes })).toBe(expected);
  });

  it.each([
    [{ steps: Number.NaN }, 'steps'],
    [{ usd: Number.NaN }, 'money'],
    [{ minutes: Number.NaN }, 'time'],
    [{ usd: 1e15 }, 'money'],
  ])('of %j, which cannot be, is %s: no number lifts a limit', (changes, expected) => {
    expect(exhausted(limits, { ...spent, ...changes })).toBe(expected);
  });

  it('is at once where nothing may be spent', () => {
    expect(exhausted({ ...limits, usd: 0 }, spent)).toBe('money');
  });
});

describe('shareUsed', () => {
  it.each([
    [{}, 0],
    [{ steps: 5 }, 0.5],
    [{ steps: 1, usd: 1.6, minutes: 3 }, 0.8],
    [{ minutes: 45 }, 1.5],
  ])('of %j is that of the limit nearest to its end: %d', (changes, expected) => {
    expect(shareUsed(limits, { ...spent, ...changes })).toBeCloseTo(expected, 10);
  });
});

describe('what an attempt may spend', () => {
  it('is all that is left where it is the last, else half of it', () => {
    const before = { steps: 5, usd: 1, minutes: 10 };
    expect(limitsOfAttempt(limits, before, true)).toMatchObject({ steps: 5, usd: 1, minutes: 20 });
    expect(limitsOfAttempt(limits, before, false)).toMatchObject({ steps: 3, usd: 0.5, minutes: 10 });
    expect(limitsOfAttempt(limits, spent, true)).toEqual(limits);
  });

  it('is worth an attempt while a tenth of each limit is left', () => {
    expect(isEnoughForAnother(limits, { steps: 9, usd: 0, minutes: 0 })).toBe(true);
    expect(isEnoughForAnother(limits, { steps: 0, usd: 1.9, minutes: 0 })).toBe(false);
    expect(isEnoughForAnother(limits, { steps: 0, usd: 0, minutes: 29 })).toBe(false);
  });
});
