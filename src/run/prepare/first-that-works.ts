import type { EnvironmentPlan } from '../../core/environment.ts';
import { hasCode, OperationalError } from '../../core/errors.ts';

/**
 * Tries the plans in their order until one works, which is told what was tried before it. Rejects when none does: in
 * the words of the first, which is the likeliest, with a line on each other.
 */
export async function firstThatWorks<Result>(
  plans: readonly EnvironmentPlan[],
  attempt: (plan: EnvironmentPlan, triedBefore: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const failures: { plan: EnvironmentPlan; error: OperationalError }[] = [];
  for (const plan of plans) {
    try {
      return await attempt(
        plan,
        failures.map(({ plan, error }) => `tried before: ${plan.summary}: ${firstLine(error)}`),
      );
    } catch (error) {
      if (!hasCode(error, 'install_failed', 'tests_do_not_start')) throw error; // nothing to do with the plan
      failures.push({ plan, error });
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) throw new Error('there is no plan to try');
  if (others.length === 0) throw first.error;
  const lines = others.map(({ plan, error }) => `- ${plan.summary}: ${firstLine(error)}`);
  throw new OperationalError(
    first.error.code,
    `${first.plan.summary}: ${first.error.message}\nTried as well:\n${lines.join('\n')}`,
    { cause: first.error },
  );
}

function firstLine({ message }: OperationalError): string {
  return message.split('\n', 1)[0] as string;
}
