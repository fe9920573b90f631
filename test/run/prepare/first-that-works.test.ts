import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../../src/core/errors.ts';
import { emptyPlan } from '../../../src/environment/detect/plans.ts';
import { firstThatWorks } from '../../../src/run/prepare/first-that-works.ts';

const plans = ['first', 'second', 'third'].map((summary) => ({ ...emptyPlan, summary }));
const refuse = (code: 'install_failed' | 'tests_do_not_start' | 'engine_unavailable', why: string) =>
  new OperationalError(code, `${why}.\nand more`);

describe('firstThatWorks', () => {
  it('takes the first plan that works and tells it what was tried before', async () => {
    const attempted: string[] = [];
    const result = await firstThatWorks(plans, async ({ summary }, before) => {
      attempted.push(summary);
      if (summary === 'first') throw refuse('install_failed', 'no package');
      return { summary, before };
    });
    expect(attempted).toEqual(['first', 'second']);
    expect(result).toEqual({ summary: 'second', before: ['tried before: first: no package.'] });
  });

  it('fails in the words of the first, with a line on each other', async () => {
    const trying = firstThatWorks(plans, async ({ summary }) => {
      throw refuse(summary === 'first' ? 'tests_do_not_start' : 'install_failed', `${summary} is broken`);
    });
    await expect(trying).rejects.toMatchObject({
      code: 'tests_do_not_start',
      message:
        'first: first is broken.\nand more\nTried as well:\n- second: second is broken.\n- third: third is broken.',
    });
  });

  it('fails as a single plan does where there is one', async () => {
    const only = refuse('install_failed', 'no package');
    await expect(firstThatWorks(plans.slice(0, 1), () => Promise.reject(only))).rejects.toBe(only);
  });

  it('goes on with no other plan after what is no matter of the plan', async () => {
    const down = refuse('engine_unavailable', 'the Engine is gone');
    let attempts = 0;
    const trying = firstThatWorks(plans, () => {
      attempts++;
      return Promise.reject(down);
    });
    await expect(trying).rejects.toBe(down);
    expect(attempts).toBe(1);
  });
});
