import { describe, expect, it } from 'vitest';
import { GitHubError } from '../../src/github/faults.ts';
import { once, repeat } from '../../src/github/once.ts';

const lost = new GitHubError('POST /x', { kind: 'server', words: 'reset' });
const exists = new GitHubError('POST /x', {
  kind: 'validation',
  status: 422,
  messages: ['Reference already exists'],
  about: [],
});
const refused = new GitHubError('POST /x', { kind: 'validation', status: 422, messages: ['no'], about: [] });

/** Something on the other side, which takes effect or not and answers or not. */
function other({ visibleAfter = 0 } = {}) {
  const made: string[] = [];
  let looks = 0;
  const waits: number[] = [];
  return {
    made,
    waits,
    pause: async (attempt: number) => void waits.push(attempt),
    find: async () => {
      if (made.length === 0) return null;
      return ++looks > visibleAfter ? (made[0] ?? null) : null;
    },
  };
}

describe('once', () => {
  it('makes nothing when it is there', async () => {
    const side = other();
    side.made.push('first');
    expect(await once(side, { find: side.find, make: () => expect.unreachable() })).toBe('first');
  });

  it.each([0, 1])(
    'finds what was made when its answer was lost and %i looks do not show it',
    async (looks) => {
      const side = other({ visibleAfter: looks });
      const make = async () => {
        side.made.push('it');
        throw lost;
      };
      expect(await once(side, { find: side.find, make })).toBe('it');
      expect(side.made).toHaveLength(1);
    },
  );

  it('makes it again when the lost request had no effect', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      if (++requests < 3) throw lost;
      side.made.push('it');
      return 'it';
    };
    expect(await once(side, { find: side.find, make })).toBe('it');
    expect(side.waits).toEqual([1, 2, 1, 2]);
  });

  it('gives up after three requests', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      requests++;
      throw lost;
    };
    await expect(once(side, { find: side.find, make })).rejects.toBe(lost);
    expect(requests).toBe(3);
  });

  it('does not ask again for what exists and is not ours', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      requests++;
      throw exists;
    };
    await expect(once(side, { find: side.find, make })).rejects.toBe(exists);
    expect(requests).toBe(1);
  });

  it.each([refused, new Error('a bug')])('throws at once what is no lost answer: %s', async (error) => {
    const side = other();
    const make = async () => {
      throw error;
    };
    await expect(once(side, { find: side.find, make })).rejects.toBe(error);
    expect(side.waits).toEqual([]);
  });

  it('asks again for what GitHub does not see yet', async () => {
    const side = other();
    let requests = 0;
    const make = async () => {
      if (++requests === 1) throw refused;
      return 'it';
    };
    expect(await once(side, { find: side.find, make, notYet: (error) => error === refused })).toBe('it');
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
