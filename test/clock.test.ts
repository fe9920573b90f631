import { expect, it, vi } from 'vitest';
import { watchClock } from '../src/clock.ts';

it('a clock that is put back is told, by how much, and one that goes forward is not', () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval', 'performance'] });
  try {
    const told: number[] = [];
    using _watch = watchClock((seconds) => told.push(seconds));
    vi.advanceTimersByTime(20_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(20_000);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(20_000);
    expect(told).toEqual([3600]);
  } finally {
    vi.useRealTimers();
  }
});
