import type { EnvironmentPlan } from '../../core/environment.ts';
import { OperationalError } from '../../core/errors.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { unproven } from './nothing-found.ts';
import { joinPlans, testFilesOf } from './plans.ts';

/** Makes a plan for what one ecosystem has in a repository; null where it has nothing. */
export type Planner = (files: RepositoryFiles) => Promise<EnvironmentPlan | null>;

export interface Candidates {
  /** The plausible plans, the likeliest first; each has tests. */
  plans: EnvironmentPlan[];
  /** Why there is none, where that is known. */
  problem: OperationalError | null;
  /** One that installs and has no tests, where there is one. */
  untested: EnvironmentPlan | null;
}

/** The plans of all of these planners, and why others made none. */
export async function planAll(files: RepositoryFiles, from: readonly Planner[]): Promise<Candidates> {
  const plans: EnvironmentPlan[] = [];
  let problem: OperationalError | null = null;
  let untested: EnvironmentPlan | null = null;
  for (const planner of from) {
    try {
      const plan = await planner(files);
      if (plan !== null && plan.tests.length > 0) plans.push(plan);
      if (plan !== null && plan.tests.length === 0) {
        problem ??= noRunner();
        untested ??= plan;
      }
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      problem ??= error;
    }
  }
  return { plans: together(plans, await files.paths()), problem, untested };
}

/** The plan with most test files first; before it, where there are tests of several, one that runs all of them. */
function together(plans: readonly EnvironmentPlan[], paths: readonly string[]): EnvironmentPlan[] {
  const weighed = plans.map((plan) => ({ plan, tests: testFilesOf(plan, paths) }));
  const sorted = weighed.toSorted((a, b) => b.tests - a.tests);
  const known = sorted.filter(({ plan, tests }) => tests > 0 && knowsTests(plan));
  const [first, ...others] = known.map(({ plan }) => plan);
  const all = first === undefined || others.length === 0 ? [] : [joinPlans([first, ...others])];
  return [...all, ...sorted.map(({ plan }) => plan)];
}

/** A command that says no more than that it failed would hide what the other language's tests say. */
export function knowsTests({ tests }: EnvironmentPlan): boolean {
  return tests.some(({ runner }) => runner !== 'command');
}

function noRunner(): OperationalError {
  return new OperationalError(
    'no_environment',
    `No test runner was found in the scripts or dependencies of package.json. Say in .github/ai-fix.yml how the tests run, for example \`test: npx mocha\`. ${unproven}`,
  );
}
