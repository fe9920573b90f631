import { describe, expect, it } from 'vitest';
import { createSharedLock, type LockHold, type SharedLock } from '../../../src/run/execute/shared-lock.ts';

const never = new AbortController().signal;

/** Who holds the lock, by name, in the order in which they came in. */
function visitors(lock: SharedLock) {
  const inside: string[] = [];
  const places = new Map<string, LockHold>();
  return {
    inside,
    async enter(name: string, alone = false, signal = never) {
      places.set(name, await lock.acquire(alone, signal));
      inside.push(name);
    },
    share: (name: string) => places.get(name)?.downgrade(),
    leave(name: string) {
      places.get(name)?.[Symbol.dispose]();
      inside.splice(inside.indexOf(name), 1);
    },
  };
}

/** What was resolved before has had its effects. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a shared lock', () => {
  it('takes as many as come side by side', async () => {
    const { enter, inside } = visitors(createSharedLock());
    await Promise.all([enter('a'), enter('b'), enter('c')]);
    expect(inside).toEqual(['a', 'b', 'c']);
  });

  it('lets one be alone once the others are out, and keeps those who come later waiting', async () => {
    const { enter, leave, inside } = visitors(createSharedLock());
    await enter('a');
    await enter('b');
    const entering = [enter('alone', true), enter('late')];
    leave('a');
    await settled();
    expect(inside).toEqual(['b']);
    leave('b');
    await entering[0];
    await settled();
    expect(inside).toEqual(['alone']);
    leave('alone');
    await Promise.all(entering);
    expect(inside).toEqual(['late']);
  });

  it('has two that are to be alone one after the other', async () => {
    const { enter, leave, inside } = visitors(createSharedLock());
    await enter('first', true);
    const second = enter('second', true);
    await settled();
    expect(inside).toEqual(['first']);
    leave('first');
    await second;
  });

  it('lets others in beside one that needs not be alone any more', async () => {
    const { enter, share, inside } = visitors(createSharedLock());
    await enter('alone', true);
    const others = [enter('a'), enter('b')];
    share('alone');
    await Promise.all(others);
    expect(inside).toEqual(['alone', 'a', 'b']);
  });

  it('holds nobody up for one that gave up waiting', async () => {
    const { enter, inside } = visitors(createSharedLock());
    const leaving = new AbortController();
    await enter('a');
    const waiting = [enter('gives up', true, leaving.signal), enter('b')];
    leaving.abort();
    await Promise.all(waiting);
    await enter('too late', true, leaving.signal);
    expect(inside).toContain('b');
  });
});
