import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/store.ts';
import { places } from '../support/store.ts';

describe.each(places)('writes that were begun, on $name', ({ open }) => {
  it('are known with their age, also after a restart, until they are forgotten or a day old', async () => {
    await using made = await open();
    let now = Date.parse('2026-05-01T10:00:00Z');
    const options = { now: () => new Date(now) };
    {
      await using store = await openStore(made.place, options);
      expect(await store.writes.begin('pull a')).toBeNull();
      expect(await store.writes.begin('pull b')).toBeNull();
    }
    await using store = await openStore(made.place, options);
    now += 4000;
    expect(await store.writes.begin('pull a')).toBe(4000);
    now += 1000;
    expect(await store.writes.begin('pull a')).toBe(1000);
    await store.writes.forget('pull a');
    expect(await store.writes.begin('pull a')).toBeNull();
    now += 86_400_001;
    expect(await store.writes.begin('pull c')).toBeNull();
    expect(await store.writes.begin('pull b')).toBeNull();
  });
});
