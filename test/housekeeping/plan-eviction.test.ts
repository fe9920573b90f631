import { describe, expect, it } from 'vitest';
import { planEviction } from '../../src/housekeeping/plan-eviction.ts';

const now = new Date('2026-06-01T12:00:00Z');
const limits = { days: 14, bytes: 100 };
const item = (name: string, hoursAgo: number, bytes: number) => ({
  name,
  bytes,
  usedAt: new Date(now.getTime() - hoursAgo * 3_600_000),
});
const plan = (...cached: ReturnType<typeof item>[]) =>
  planEviction(cached, limits, now).map(({ name }) => name);

describe('what is evicted', () => {
  it('is nothing while everything is used and fits', () => {
    expect(plan(item('a', 24, 50), item('b', 48, 50))).toEqual([]);
  });

  it('is what was not used for too long, however small', () => {
    expect(plan(item('old', 14 * 24 + 1, 1), item('young', 14 * 24 - 1, 1))).toEqual(['old']);
  });

  it('is what was used least recently, until the rest fits', () => {
    expect(plan(item('new', 5, 60), item('older', 50, 30), item('oldest', 60, 30))).toEqual(['oldest']);
    expect(plan(item('new', 5, 80), item('older', 50, 30), item('oldest', 60, 10))).toEqual([
      'oldest',
      'older',
    ]);
  });

  it('counts what goes for its age as gone', () => {
    expect(plan(item('ancient', 1000, 60), item('b', 50, 50), item('c', 5, 50))).toEqual(['ancient']);
  });

  it('is never what may be in use, however much there is', () => {
    expect(plan(item('running', 2, 500), item('other', 4, 10))).toEqual(['other']);
    expect(planEviction([item('running', 2, 500)], { days: 0.01, bytes: 0 }, now)).toEqual([]);
  });
});
