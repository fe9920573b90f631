import { describe, expect, it } from 'vitest';
import { type ErrorCode, OperationalError } from '../../../src/core/errors.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import type { StoredEvent } from '../../../src/core/run-record.ts';
import { defaultPauses, parkingFor } from '../../../src/run/execute/parking.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const pauses = { again: (tries: number) => 10 * tries, model: () => 300 };
const fault = (code: ErrorCode, until?: Date) =>
  new OperationalError(code, `${code} happened`, until === undefined ? {} : { until });

/** A log whose worker parked the run so often, each time for the same reason, first at a time. */
function parkedLog(times: number, since = '2026-03-01T11:00:00Z'): StoredEvent[] {
  const events: RunEvent[] = [];
  for (let index = 0; index < times; index++) {
    events.push(
      index === 0
        ? { type: 'run_started', run: 'r', title: 't', base: 'b', model: 'm' }
        : { type: 'run_resumed' },
    );
    events.push({ type: 'parked', code: 'engine_unavailable', why: 'gone', until: null });
  }
  return events.map((event, index) => ({ number: index + 1, at: since, event }));
}

describe('a run that met something that passes', () => {
  it('waits until a rate limit is over, and a little longer', () => {
    const until = new Date(now + 1_800_000);
    expect(parkingFor(fault('rate_limited', until), [], now, pauses)).toMatchObject({
      code: 'rate_limited',
      seconds: 1810,
      isShared: false,
    });
  });

  it.each(['github_unreachable', 'engine_unavailable', 'disk_full', 'sandbox_died'] as const)(
    'waits longer each time for %s',
    (code) => {
      expect(parkingFor(fault(code), [], now, pauses)?.seconds).toBe(10);
      expect(parkingFor(fault(code), parkedLog(1), now, pauses)?.seconds).toBe(20);
    },
  );

  it.each([
    'model_out_of_money',
    'model_refused_key',
    'model_rate_limited',
    'model_unreachable',
    'model_broken_answer',
  ] as const)('makes all runs wait for %s', (code) => {
    expect(parkingFor(fault(code), [], now, pauses)).toMatchObject({ code, isShared: true });
  });

  it('is not waited for longer than a day', () => {
    const log = parkedLog(5, '2026-02-28T11:59:00Z');
    expect(parkingFor(fault('github_unreachable'), log, now, pauses)).toBeNull();
  });

  it('ends when its sandbox breaks down a third time at one point', () => {
    expect(parkingFor(fault('sandbox_died'), parkedLog(1), now, pauses)).not.toBeNull();
    expect(parkingFor(fault('sandbox_died'), parkedLog(2), now, pauses)).toBeNull();
  });
});

describe('a run that met something that stays', () => {
  it.each([
    'install_failed',
    'context_overflow',
    'publish_failed',
    'github_not_found',
    'model_unknown',
  ] as const)('ends with %s', (code) => {
    expect(parkingFor(fault(code), [], now, pauses)).toBeNull();
  });

  it('ends with a bug of ours', () => {
    expect(parkingFor(new TypeError('x is undefined'), [], now, pauses)).toBeNull();
  });
});

describe('the usual pauses', () => {
  it('grow up to a quarter of an hour, and differ from run to run', () => {
    expect(defaultPauses.again(1)).toBeLessThan(20);
    expect(defaultPauses.again(20)).toBeLessThanOrEqual(900 * 1.2);
    expect(new Set(Array.from({ length: 20 }, () => defaultPauses.again(3))).size).toBeGreaterThan(1);
  });

  it('are the same each time where people have to act', () => {
    expect([1, 9].map((failures) => defaultPauses.model('model_out_of_money', failures))).toEqual([300, 300]);
    expect([1, 2, 9].map((failures) => defaultPauses.model('model_unreachable', failures))).toEqual([
      30, 60, 600,
    ]);
  });
});
