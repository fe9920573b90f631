import { posix } from 'node:path';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { OperationalError } from '../../core/errors.ts';
import { isTestPath } from '../../text/test-paths.ts';
import { planC } from '../c/plan-c.ts';
import { planAnyMake, planMake } from '../c/plan-make.ts';
import { submoduleCommands } from '../c/submodules.ts';
import { placeOf, planFromSteps, readInstructions } from '../ci/plan-from-steps.ts';
import { filesUnder } from '../files-under.ts';
import { planGo } from '../go/plan-go.ts';
import { planMaven } from '../java/plan-maven.ts';
import { isManifest } from '../manifests.ts';
import { planNode, planNodeOtherwise } from '../node/plan-node.ts';
import { planPython } from '../python/plan-python.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { planRust, planRustWithLess } from '../rust/plan-rust.ts';
import { isOfOtherLanguage, unproven } from './nothing-found.ts';
import { joinPlans, planUnder, testFilesOf } from './plans.ts';

type Planner = (files: RepositoryFiles) => Promise<EnvironmentPlan | null>;

/** One for each ecosystem. Where a repository holds as many tests of two, the earlier one comes first. */
const planners: readonly Planner[] = [planNode, planPython, planGo, planRust, planMaven, planC];

/** Plans of an ecosystem that are second best: for when the first does not work here. */
const secondPlanners: readonly Planner[] = [planNodeOtherwise, ...planRustWithLess, planMake];

const maximumPlans = 6;
const maximumDirectories = 4;
const submoduleSeconds = 300;

export interface Candidates {
  /** The plausible plans, the likeliest first; each has tests. */
  plans: EnvironmentPlan[];
  /** Why there is none, where that is known. */
  problem: OperationalError | null;
  /** One that installs and has no tests, where there is one. */
  untested: EnvironmentPlan | null;
}

/**
 * What a repository's manifests and lock files suggest: all ecosystems that have tests together, then each by itself,
 * then what its CI does.
 */
export async function findCandidates(files: RepositoryFiles): Promise<Candidates> {
  const atRoot = await planAll(files, planners);
  const found = atRoot.plans.length > 0 ? atRoot : await planDirectories(files, atRoot);
  const second = await planAll(files, secondPlanners);
  const instructions = await readInstructions(files);
  const place = placeOf(instructions);
  const submodules = await submoduleCommands(files);
  const plans = [...found.plans, ...second.plans].map((plan) => ({
    ...plan,
    install: submodules.length === 0 ? plan.install : withSubmodules(submodules, plan.install),
    env: { ...place, ...plan.env },
  }));
  const fromSteps = await planFromSteps(
    files,
    instructions,
    found.plans.length === 0 ? null : (plans[0] ?? null),
  );
  const all = [...plans, ...fromSteps].toSorted((a, b) => Number(knowsTests(b)) - Number(knowsTests(a)));
  const last = all.length > 0 || (await isOfOtherLanguage(files)) ? null : await planAnyMake(files);
  return {
    plans: [...all.slice(0, maximumPlans), ...(last === null ? [] : [last])],
    problem: found.problem,
    untested: found.untested,
  };
}

/** Tests of any language may need what lies in submodules; in time, for some are huge. */
function withSubmodules(commands: readonly string[], install: readonly string[]): string[] {
  if (install.some((command) => command.includes('git submodule update'))) return [...install];
  return [...commands.map((command) => `timeout ${submoduleSeconds} ${command}`), ...install];
}

async function planAll(files: RepositoryFiles, from: readonly Planner[]): Promise<Candidates> {
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
function knowsTests({ tests }: EnvironmentPlan): boolean {
  return tests.some(({ runner }) => runner !== 'command');
}

/** Plans for the directories that hold a manifest, where the root holds none. */
async function planDirectories(files: RepositoryFiles, atRoot: Candidates): Promise<Candidates> {
  const plans: EnvironmentPlan[] = [];
  let { problem } = atRoot;
  const { untested } = atRoot;
  for (const directory of await directoriesWithManifest(files)) {
    const found = await planAll(filesUnder(files, directory), planners);
    problem ??= found.problem;
    if (found.plans[0] !== undefined) plans.push(planUnder(directory, found.plans[0]));
  }
  const [first, ...others] = plans;
  if (first === undefined || others.length === 0) return { plans, problem, untested };
  return { plans: [joinPlans([first, ...others]), ...plans], problem, untested };
}

async function directoriesWithManifest(files: RepositoryFiles): Promise<string[]> {
  const directories = (await files.paths())
    .filter((path) => path.includes('/') && isManifest(path) && !isAside(path))
    .map((path) => posix.dirname(path));
  const depth = (path: string) => path.split('/').length;
  const shallowest = Math.min(...directories.map(depth));
  const nearest = directories.filter((path) => depth(path) === shallowest);
  return [...new Set(nearest)].slice(0, maximumDirectories);
}

function isAside(path: string): boolean {
  return isTestPath(path) || /(^|\/)(node_modules|vendor|third_party|examples?|docs?|\.[^/]+)\//.test(path);
}

function noRunner(): OperationalError {
  return new OperationalError(
    'no_environment',
    `No test runner was found in the scripts or dependencies of package.json. Say in .github/ai-fix.yml how the tests run, for example \`test: npx mocha\`. ${unproven}`,
  );
}
