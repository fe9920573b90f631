import type { TestCommand } from '../../core/environment.ts';
import { inDirectory } from '../directories.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { buildThatTestsLoad, scriptsThatMakeTestData } from './builds.ts';
import type { ScriptPlan } from './follow-script.ts';
import { dependenciesFirst, type Member, withoutExamples } from './members.ts';
import type { PackageJson } from './package-json.ts';
import type { NodePackageManager } from './package-manager.ts';
import { expandRecursive } from './recursive-builds.ts';
import {
  planFromOtherScripts,
  planFromScripts,
  programsUnderTest,
  scriptsBeforeTests,
} from './test-scripts.ts';
import { withoutTypeChecks } from './type-checks.ts';
import { testsByExitCode, testsFromDependencies, testsFromNames, testsFromSettings } from './usual-tests.ts';
import { readMembers } from './workspace-members.ts';

/** A repository's root, as far as its package.json and what lies beside it tell. */
export interface NodeProject {
  files: RepositoryFiles;
  manifest: PackageJson;
  manager: NodePackageManager;
  /** Directories of a monorepo's packages. */
  members: readonly string[];
}

/** How the tests run, and what must be built for them: by scripts, else by whatever tells of a runner. */
export async function planTests(project: NodeProject): Promise<ScriptPlan> {
  const { files, manifest, members } = project;
  const root = planFromScripts(manifest.scripts, '');
  const isTestedAtRoot = root.tests.length > 0;
  const packages = await readMembers(files, members, isTestedAtRoot);
  const plan = isTestedAtRoot ? root : planPackages(manifest, packages);
  const tests = plan.tests.length > 0 ? plan.tests : await guessTests(project);
  const called = plan.build.length > 0 ? plan.build : root.build;
  return { tests, build: await buildsFor(tests, called, project, packages) };
}

/** The tests of the packages; where those have none, of scripts at the root that are called otherwise. */
function planPackages(manifest: PackageJson, packages: readonly Member[]): ScriptPlan {
  const plan = planMembers(manifest, packages);
  return plan.tests.length > 0 ? plan : (planFromOtherScripts(manifest.scripts, '') ?? plan);
}

/** Without a script that calls a known runner. */
async function guessTests({ files, manifest, manager }: NodeProject): Promise<TestCommand[]> {
  const paths = await files.paths();
  const byNames = testsFromNames(paths);
  const guesses = [
    testsFromDependencies(manifest, paths),
    testsFromSettings(paths),
    // what a script runs under plain node says more of each file under node's own runner
    /^node\s/.test(manifest.scripts.test ?? '') ? byNames : [],
    programsUnderTest(manifest.scripts),
    testsByExitCode(manifest, manager),
    byNames,
  ];
  return guesses.find((commands) => commands.length > 0) ?? [];
}

async function buildsFor(
  tests: readonly TestCommand[],
  called: readonly string[],
  { files, manifest }: NodeProject,
  packages: readonly Member[],
): Promise<string[]> {
  const { scripts } = manifest;
  const targets = tests.flatMap((test) => (test.directory === '' ? test.targets.map(unquoted) : []));
  const build = called.length > 0 ? called : await buildThatTestsLoad(files, manifest, targets);
  return [
    ...(await withoutTypeChecks(expandRecursive(build, scripts, packages), files)),
    ...(await scriptsThatMakeTestData(files, manifest, scriptsBeforeTests(scripts))),
  ];
}

function unquoted(word: string): string {
  return word.replace(/^(['"])(.*)\1$/, '$2');
}

/** What runs a script of all packages. */
const taskRunner =
  /\b(nx|turbo|lerna|wsrun|ultra|moon|lage|rush)\b|\b(npm|pnpm|yarn|bun)\b.* (-r|-ws|--recursive|--workspaces|workspaces|--filter\S*)\b/;

/** Tests and builds of the packages of a monorepo, each in its own directory, after those that it depends on. */
function planMembers(root: PackageJson, members: readonly Member[]): ScriptPlan {
  // else a script of another name may be for one package's own ends
  const isRunForAll = Object.entries(root.scripts).some(
    ([name, text]) => name.startsWith('test') && taskRunner.test(text),
  );
  const plan: ScriptPlan = { build: [], tests: [] };
  for (const { directory, manifest } of dependenciesFirst(withoutExamples(members))) {
    const scripts = manifest?.scripts ?? {};
    const usual = planFromScripts(scripts, directory);
    const other = usual.tests.length > 0 || !isRunForAll ? null : planFromOtherScripts(scripts, directory);
    const own = other ?? usual;
    plan.tests.push(...own.tests);
    plan.build.push(...own.build.map((command) => inDirectory(directory, command)));
  }
  return plan;
}
