import { describe, expect, it } from 'vitest';
import { GitHubError } from '../../../src/github/connection/faults.ts';
import { once, repeat } from '../../../src/github/connection/once.ts';

const lost = new GitHubError('POST /x', { kind: 'server', words: 'reset' });
const exists = new GitHubError('POST /x', {
  kind: 'validation',
  status: 422,
  messages: ['Reference already exists'],
  about: [],
});
const refused = new GitHubError('POST /x', { kind: 'validation', status: 422, messages: ['no'], about: [] });
const limited = new GitHubError('POST /x', { kind: 'rate_limited', until: new Date(0) });

const second = 1000;

/** Something on the other side, whose list lags, with a clock that only pauses move, and what is kept of writes. */
function other({ lag = 0 } = {}) {
  const made: { what: string; at: number }[] = [];
  const begun = new Map<string, number>();
  const waited: number[] = [];
  let now = 0;
  const side = {
    waited,
    begun,
    made: () => made.map(({ what }) => what),
    pass(milliseconds: number) {
      now += milliseconds;
    },
    beforeRepetition: second,
    async pause(times: number) {
      waited.push(times);
      now += times * second;
    },
    writes: {
      async begin(key: string) {
        const before = begun.get(key);
        begun.set(key, now);
        return before === undefined ? null : now - before;
      },
      async forget(key: string) {
        begun.delete(key);
      },
    },
    key: 'status 1',
    find: async () => made.find(({ at }) => now - at >= lag)?.what ?? null,
    async make(what = 'it') {
      made.push({ what, at: now });
      return what;
    },
  };
  return side;
}

const never = new Promise<never>(() => {});

describe('once', () => {
  it('makes nothing when it is there', async () => {
    const side = other();
    await side.make('first');
    expect(await once(side, { ...side, make: () => expect.unreachable() })).toBe('first');
  });

  it('is at once done with what nobody began before', async () => {
    const side = other({ lag: 10 * second });
    expect(await once(side, side)).toBe('it');
    expect(side.waited).toEqual([]);
  });

  it.each([0, 5, 20])('finds what was made when its answer was lost and lists lag %i s', async (seconds) => {
    const side = other({ lag: seconds * second });
    const make = async () => {
      await side.make();
      throw lost;
    };
    expect(await once(side, { ...side, make })).toBe('it');
    expect(side.made()).toHaveLength(1);
  });

  it('makes it again when the lost request had no effect', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      if (++requests < 3) throw lost;
      return side.make();
    };
    expect(await once(side, { ...side, make })).toBe('it');
    expect(side.waited).toEqual([1, 2, 4, 6, 8, 1, 2, 4, 6, 8]);
  });

  it('gives up after three requests', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      requests++;
      throw lost;
    };
    await expect(once(side, { ...side, make })).rejects.toBe(lost);
    expect(requests).toBe(3);
  });

  it('does not ask again for what exists and is not ours', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      requests++;
      throw exists;
    };
    await expect(once(side, { ...side, make })).rejects.toBe(exists);
    expect(requests).toBe(1);
  });

  it('finds our own that exists already and is not shown yet', async () => {
    const side = other({ lag: 12 * second });
    await side.make('ours');
    const make = async () => {
      throw exists;
    };
    expect(await once(side, { ...side, make })).toBe('ours');
  });

  it.each([refused, limited, new Error('a bug')])(
    'throws at once what is no lost answer: %s',
    async (error) => {
      const side = other();
      const make = async () => {
        throw error;
      };
      await expect(once(side, { ...side, make })).rejects.toBe(error);
      expect(side.waited).toEqual([]);
    },
  );

  it('asks again for what GitHub does not see yet, for twenty seconds', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      if (++requests < 6) throw refused;
      return side.make();
    };
    const notYet = (error: unknown) => error === refused;
    expect(await once(side, { ...side, make, notYet })).toBe('it');
    requests = -10;
    await expect(once(side, { ...side, find: async () => null, make, notYet })).rejects.toBe(refused);
    expect(side.made()).toHaveLength(1);
  });
});

describe('once, in a process that takes over', () => {
  /** The first process dies before it sees the answer. */
  const killed = (side: ReturnType<typeof other>, hasEffect: boolean) => {
    const sent = Promise.withResolvers<void>();
    const make = async () => {
      if (hasEffect) await side.make('by the first');
      sent.resolve();
      return never;
    };
    void once(side, { ...side, make });
    return sent.promise;
  };

  it.each([0, 10, 20])('finds what was made before the kill while lists lag %i s', async (seconds) => {
    const side = other({ lag: seconds * second });
    await killed(side, true);
    expect(await once(side, side)).toBe('by the first');
    expect(side.made()).toEqual(['by the first']);
  });

  it('makes what was not made before the kill, after it has looked for as long as lists may lag', async () => {
    const side = other();
    await killed(side, false);
    expect(await once(side, side)).toBe('it');
    expect(side.waited.reduce((sum, wait) => sum + wait, 0)).toBe(21);
  });

  it('waits only for what is left of that time', async () => {
    const side = other();
    await killed(side, false);
    side.pass(19 * second);
    expect(await once(side, side)).toBe('it');
    expect(side.waited).toEqual([1, 1]);
    await killed({ ...side, key: 'status 2', find: async () => null }, false);
    side.pass(60 * second);
    await once(side, { ...side, key: 'status 2', find: async () => null });
    expect(side.waited).toEqual([1, 1]);
  });

  it('keeps again that it makes it, for the case that it is killed as well', async () => {
    const side = other({ lag: 10 * second });
    await killed(side, false);
    side.pass(15 * second);
    await killed(side, true);
    side.pass(8 * second);
    expect(await once(side, side)).toBe('by the first');
    expect(side.made()).toEqual(['by the first']);
  });

  it('does not wait for what GitHub had turned down', async () => {
    const side = other();
    const make = async () => {
      throw limited;
    };
    await expect(once(side, { ...side, make })).rejects.toBe(limited);
    expect(await once(side, side)).toBe('it');
    expect(side.waited).toEqual([]);
  });

  it('does not forget what a fault of its own came after', async () => {
    const side = other({ lag: 10 * second });
    const make = async () => {
      await side.make();
      throw new Error('a bug in reading the answer');
    };
    await expect(once(side, { ...side, make })).rejects.toThrow('a bug');
    expect(await once(side, side)).toBe('it');
    expect(side.made()).toHaveLength(1);
  });
});

describe('repeat', () => {
  it('asks again while answers are lost, and not after a refusal', async () => {
    const answers = [lost, lost, null];
    const make = async () => {
      const answer = answers.shift();
      if (answer) throw answer;
      return 'done';
    };
    expect(await repeat(other(), make)).toBe('done');
    let requests = 0;
    const refuse = async () => {
      requests++;
      throw refused;
    };
    await expect(repeat(other(), refuse)).rejects.toBe(refused);
    expect(requests).toBe(1);
  });
});
