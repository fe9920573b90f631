import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../../src/core/errors.ts';
import { emptyPlan } from '../../../src/environment/detect/plans.ts';
import { firstThatWorks } from '../../../src/run/prepare/first-that-works.ts';

const plans = ['first', 'second', 'third'].map((summary) => ({ ...emptyPlan, summary }));
const refuse = (code: 'install_failed' | 'tests_do_not_start' | 'engine_unavailable', why: string) =>
  new OperationalError(code, `${why}.\nand more`);

const noDoubt = async () => null;

describe('firstThatWorks', () => {
  it('takes the first plan that works and tells it what was tried before', async () => {
    const attempted: string[] = [];
    const result = await firstThatWorks(
      plans,
      async ({ summary }, before) => {
        attempted.push(summary);
        if (summary === 'first') throw refuse('install_failed', 'no package');
        return { summary, before };
      },
      noDoubt,
    );
    expect(attempted).toEqual(['first', 'second']);
    expect(result).toEqual({ summary: 'second', before: ['tried before: first: no package.'] });
  });

  it('fails in the words of the first, with a line on each other', async () => {
    const trying = firstThatWorks(
      plans,
      async ({ summary }) => {
        throw refuse(summary === 'first' ? 'tests_do_not_start' : 'install_failed', `${summary} is broken`);
      },
      noDoubt,
    );
    await expect(trying).rejects.toMatchObject({
      code: 'tests_do_not_start',
      message:
        'first: first is broken.\nand more\nTried as well:\n- second: second is broken.\n- third: third is broken.',
    });
  });

  it('fails as a single plan does where there is one', async () => {
    const only = refuse('install_failed', 'no package');
    await expect(firstThatWorks(plans.slice(0, 1), () => Promise.reject(only), noDoubt)).rejects.toBe(only);
  });

  it('goes on with no other plan after what is no matter of the plan', async () => {
    const down = refuse('engine_unavailable', 'the Engine is gone');
    let attempts = 0;
    const trying = firstThatWorks(
      plans,
      () => {
        attempts++;
        return Promise.reject(down);
      },
      noDoubt,
    );
    await expect(trying).rejects.toBe(down);
    expect(attempts).toBe(1);
  });

  const doubtFirst = async ({ summary }: { summary: string }) =>
    summary === 'first' ? '1 of 9 tests pass' : null;

  it('goes on after one that is doubted, and tells why', async () => {
    const result = await firstThatWorks(
      plans,
      async ({ summary }, before) => ({ summary, before }),
      doubtFirst,
    );
    expect(result).toEqual({ summary: 'second', before: ['tried before: first: 1 of 9 tests pass'] });
  });

  it('takes the first that is doubted where no other does better, and tries two others at most', async () => {
    const attempted: string[] = [];
    const many = [...plans, { ...emptyPlan, summary: 'fourth' }];
    const result = await firstThatWorks(
      many,
      async ({ summary }, before) => {
        attempted.push(summary);
        if (summary === 'second') throw refuse('install_failed', 'no package');
        return { summary, before };
      },
      async () => 'no test passes',
    );
    expect(attempted).toEqual(['first', 'second', 'third', 'first']);
    expect(result).toEqual({
      summary: 'first',
      before: ['tried before: second: no package.', 'tried before: third: no test passes'],
    });
  });

  it('takes the only one that works without waiting for what speaks against it', async () => {
    const result = await firstThatWorks(
      plans.slice(0, 2),
      async ({ summary }) => {
        if (summary === 'first') throw refuse('install_failed', 'no package');
        return summary;
      },
      () => Promise.reject(new Error('nobody may ask')),
    );
    expect(result).toBe('second');
  });
});
