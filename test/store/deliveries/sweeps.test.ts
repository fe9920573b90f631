import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/store/store.ts';
import { asked, deliveryOf, newRepository, places, requestFor } from '../../support/store.ts';

const minute = 60_000;

describe.each(places)('sweeps in $name', ({ open }) => {
  it('wait no hour longer when the clock was an hour ahead then', async () => {
    await using opened = await open();
    const now = Date.now();
    {
      await using ahead = await openStore(opened.place, { now: () => new Date(now + 60 * minute) });
      await ahead.sweeps.begin('left', null);
      const turn = await ahead.sweeps.begin('ended', null);
      const until = new Date(now + 60 * minute);
      if (turn !== null)
        await ahead.sweeps.end(turn, { doneUntil: until, nextAt: new Date(now + 65 * minute) });
      const failed = { attempt: 1, guid: 'g', repository: 1, deliveredAt: new Date(now) };
      await ahead.sweeps.noteFailed([failed]);
      expect(await ahead.sweeps.claimRedelivery('g', [5 * minute, 5 * minute])).toBe(true);
    }
    await using store = await openStore(opened.place, { now: () => new Date(Date.now() + 1000) });
    expect(await store.sweeps.begin('left', null)).not.toBeNull();
    expect(await store.sweeps.begin('ended', null)).toMatchObject({ doneUntil: null });
    expect(await store.sweeps.dueRedeliveries(2)).toMatchObject([{ guid: 'g' }]);
  });

  let store: Store;
  let time = Date.parse('2026-11-24T10:00:00Z');
  const held = new AsyncDisposableStack();
  beforeAll(async () => {
    const { place } = held.use(await open());
    store = held.use(await openStore(place, { now: () => new Date(time) }));
  });
  afterAll(() => held.disposeAsync());

  const ends = (minutes: number) => ({
    doneUntil: new Date(time),
    nextAt: new Date(time + minutes * minute),
  });

  it('have their turns one at a time, when they are due', async () => {
    const turns = await Promise.all(Array.from({ length: 5 }, () => store.sweeps.begin('one', null)));
    const [turn, ...more] = turns.filter((one) => one !== null);
    expect(more).toEqual([]);
    if (turn === undefined) throw new Error('nobody had a turn');
    const done = ends(5);
    await store.sweeps.end(turn, done);
    expect(await store.sweeps.begin('one', null)).toBeNull();
    expect(await store.sweeps.begin('one', new Date(time - 1))).toBeNull();
    time += 5 * minute;
    expect(await store.sweeps.begin('one', null)).toMatchObject({ doneUntil: done.doneUntil });
  });

  it('that were left are free after ten minutes, and what left them ends nothing', async () => {
    const left = await store.sweeps.begin('two', null);
    time += 10 * minute;
    const next = await store.sweeps.begin('two', null);
    expect(next).not.toBeNull();
    if (left !== null) await store.sweeps.end(left, ends(0));
    expect(await store.sweeps.begin('two', null)).toBeNull();
  });

  it('ask for a delivery after growing pauses, a few times, and not when it has arrived', async () => {
    const failed = { attempt: 2 ** 33, guid: 'g', repository: 2 ** 34, deliveredAt: new Date(time) };
    const pauses = [5 * minute, 20 * minute];
    const isDue = async () => (await store.sweeps.dueRedeliveries(2)).length === 1;
    await store.sweeps.noteFailed([failed]);
    await store.sweeps.noteFailed([{ ...failed, attempt: failed.attempt + 1 }]);
    expect(await store.sweeps.dueRedeliveries(2)).toEqual([{ ...failed, attempt: failed.attempt + 1 }]);
    const claims = await Promise.all([1, 2, 3].map(() => store.sweeps.claimRedelivery('g', pauses)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await store.sweeps.awaitsRedelivery(failed.repository, new Date(time - 1))).toBe(true);
    time += 5 * minute - 1;
    expect(await isDue()).toBe(false);
    time += 1;
    expect(await isDue()).toBe(true);
    await store.acceptDelivery(deliveryOf('g'), null);
    expect(await isDue()).toBe(false);
    expect(await store.sweeps.claimRedelivery('g', pauses)).toBe(false);
    expect(await store.sweeps.awaitsRedelivery(failed.repository, new Date(0))).toBe(false);
  });

  it('know whether a labelling was answered, also with texts that PostgreSQL cannot hold', async () => {
    const repository = newRepository();
    const at = '2026-11-24T09:00:00Z';
    const approved = { title: '\ud800', body: '\u0000' };
    const trigger = { ...asked(repository), at, approved } as ReturnType<typeof asked>;
    await store.acceptDelivery({ ...deliveryOf('l'), repository: repository.id }, trigger);
    const isServed = (time: string, event: number | null, orWaiting = false) =>
      store.isServed(repository, 7, { at: time, event, orWaiting });
    expect(await isServed(at, 5)).toBe(false);
    expect(await isServed(at, 5, true)).toBe(true);
    await store.setVerdict('l', 'refused: why');
    expect(await isServed(at, 5)).toBe(true);
    expect(await isServed(at, null)).toBe(false);
    expect(await isServed('2026-11-24T08:59:59Z', null)).toBe(true);
    expect(await isServed('2026-11-24T09:00:01Z', 5)).toBe(false);
  });

  it('tell of two labellings within a second whether the second one was answered', async () => {
    const repository = newRepository();
    const at = '2026-11-24T09:00:00Z';
    const isServed = (nth: number) => store.isServed(repository, 7, { at, event: 5, nth });
    for (const guid of ['first', 'second']) {
      const trigger = { ...asked(repository), at } as ReturnType<typeof asked>;
      await store.acceptDelivery({ ...deliveryOf(guid), repository: repository.id }, trigger);
      const request = requestFor(repository, 7, { askedAt: at });
      const creation = await store.createRun({ request, delivery: guid, budget: null });
      if (creation.created) await store.requestCancel(creation.run.id, 'over');
      await store.setVerdict(guid, 'started');
      expect([await isServed(1), await isServed(2)]).toEqual([true, guid === 'second']);
    }
  });
});
