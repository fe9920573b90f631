import { posix } from 'node:path';
import type { EnvironmentPlan } from '../../core/environment.ts';
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
import { isOfOtherLanguage } from './nothing-found.ts';
import { type Candidates, knowsTests, type Planner, planAll } from './plan-all.ts';
import { joinPlans, planUnder } from './plans.ts';

/** One for each ecosystem. Where a repository holds as many tests of two, the earlier one comes first. */
const planners: readonly Planner[] = [planNode, planPython, planGo, planRust, planMaven, planC];

/** Plans of an ecosystem that are second best: for when the first does not work here. */
const secondPlanners: readonly Planner[] = [planNodeOtherwise, ...planRustWithLess, planMake];

const maximumPlans = 6;
const maximumDirectories = 4;
const submoduleSeconds = 300;

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
