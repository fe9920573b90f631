import { expect, it } from 'vitest';
import { type DeliveryAttempt, failedDeliveries } from '../../../src/run/sweep/plan-redeliveries.ts';
import { isMeant } from '../../../src/run/sweep/sweep-labels.ts';

const attempt = (id: number, guid: string, change: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
  id,
  guid,
  event: 'issues',
  action: 'labeled',
  repository: 9,
  deliveredAt: `2026-11-24T10:00:${String(id).padStart(2, '0')}Z`,
  succeeded: false,
  ...change,
});
const plan = (attempts: DeliveryAttempt[]) =>
  failedDeliveries(attempts, (event) => event === 'issues').map(({ guid, attempt }) => [guid, attempt]);

it('what failed at every attempt is asked for, the oldest first, by its newest attempt', () => {
  expect(plan([attempt(5, 'b'), attempt(4, 'a'), attempt(3, 'c'), attempt(2, 'b')])).toEqual([
    ['b', 5],
    ['c', 3],
    ['a', 4],
  ]);
});

it('what succeeded once is not, nor what means nothing', () => {
  const done = [attempt(3, 'a'), attempt(2, 'a', { succeeded: true }), attempt(1, 'a')];
  expect(plan([...done, attempt(4, 'push', { event: 'push', action: null })])).toEqual([]);
});

it('a labelling counts when a person gave it, not by way of ourselves, after the App was installed', () => {
  const ann = { id: 1, login: 'ann', bot: false };
  const label = { id: 5, at: '2026-11-24T10:00:00Z', nth: 1, actor: ann, app: null };
  const installed = { createdAt: '2026-11-01T00:00:00Z' };
  expect(isMeant(label, installed, 99)).toBe(true);
  expect(isMeant({ ...label, app: 7 }, installed, 99)).toBe(true);
  expect(isMeant({ ...label, app: 99 }, installed, 99)).toBe(false);
  expect(isMeant({ ...label, actor: null }, installed, 99)).toBe(false);
  expect(isMeant({ ...label, actor: { ...ann, bot: true } }, installed, 99)).toBe(false);
  expect(isMeant({ ...label, at: '2026-10-31T00:00:00Z' }, installed, 99)).toBe(false);
});
