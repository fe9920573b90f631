import type { EnvironmentPlan } from '../../core/environment.ts';
import { hasCode, OperationalError } from '../../core/errors.ts';

/** After one that is doubted: each of them is installed, and tests are run. */
const mostOthers = 2;

interface Lost {
  plan: EnvironmentPlan;
  why: string;
  /** Null where the plan works, but is doubted. */
  error: OperationalError | null;
}

/**
 * Tries the plans in their order until one works and nothing speaks against it, as far as there are others to try; it is
 * told what was tried before it. Where all that work are doubted, the first of them is taken. Rejects when none works:
 * in the words of the first, which is the likeliest, with a line on each other.
 */
export async function firstThatWorks<Result>(
  plans: readonly EnvironmentPlan[],
  attempt: (plan: EnvironmentPlan, triedBefore: readonly string[]) => Promise<Result>,
  /** Says what speaks against what an attempt gave, which is not used any more then; null: nothing. */
  doubt: (result: Result) => Promise<string | null>,
): Promise<Result> {
  const lost: Lost[] = [];
  let doubted: EnvironmentPlan | null = null;
  let others = 0;
  for (const plan of plans) {
    if (doubted !== null && ++others > mostOthers) break;
    try {
      const result = await attempt(plan, lost.map(tell));
      const isOnly = doubted === null && plan === plans.at(-1);
      const why = isOnly ? null : await doubt(result);
      if (why === null) return result;
      doubted ??= plan;
      lost.push({ plan, why, error: null });
    } catch (error) {
      if (!hasCode(error, 'install_failed', 'tests_do_not_start')) throw error; // nothing to do with the plan
      lost.push({ plan, why: error.message.split('\n', 1)[0] as string, error });
    }
  }
  if (doubted === null) throw failureOf(lost);
  return attempt(doubted, lost.filter(({ plan }) => plan !== doubted).map(tell));
}

function tell({ plan, why }: Lost): string {
  return `tried before: ${plan.summary}: ${why}`;
}

function failureOf([first, ...others]: readonly Lost[]): Error {
  if (first === undefined || first.error === null) return new Error('there is no plan to try');
  const { plan, error } = first;
  if (others.length === 0) return error;
  const lines = others.map(({ plan, why }) => `- ${plan.summary}: ${why}`);
  return new OperationalError(
    error.code,
    `${plan.summary}: ${error.message}\nTried as well:\n${lines.join('\n')}`,
    { cause: error },
  );
}
