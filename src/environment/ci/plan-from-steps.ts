import { isDeepStrictEqual } from 'node:util';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { emptyPlan } from '../detect/plans.ts';
import { testCommand } from '../detect/test-commands.ts';
import { isManifest } from '../manifests.ts';
import { testsOfCommands } from '../node/tests-of-commands.ts';
import { activation, virtualEnvironment } from '../python/virtual-environment.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { readDevcontainer } from './devcontainer.ts';
import { readJobs } from './jobs.ts';
import { type Steps, sortSteps } from './steps.ts';
import { workflowPaths } from './workflow-paths.ts';

const agentSetup = /(^|\/)copilot-setup-steps\.ya?ml$/;

/** What a repository has others do to make it ready and to test it. */
interface Instructions {
  /** Steps for coding agents, and those of a development container. */
  ready: Steps[];
  /** The CI job that tests. */
  ci: Steps | undefined;
}

export async function readInstructions(files: RepositoryFiles): Promise<Instructions> {
  const paths = workflowPaths(await files.paths());
  const forAgents = await readJobs(
    files,
    paths.filter((path) => agentSetup.test(path)),
  );
  const others = paths.filter((path) => !agentSetup.test(path)).sort(byLikelihood);
  const container = await readDevcontainer(files);
  return {
    ready: [...forAgents, ...(container === null ? [] : [container])].map(sortSteps),
    ci: jobThatTests((await readJobs(files, others)).map(sortSteps)),
  };
}

function jobThatTests(jobs: readonly Steps[]): Steps | undefined {
  return jobs.find(({ namesTests }) => namesTests) ?? jobs.find(({ tests }) => tests.length > 0);
}

/** Time zone and language that CI tests in: some tests hold in no other. */
export function placeOf({ ci }: Instructions): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ci?.env ?? {}).filter(([name]) => /^(TZ|LANG|LC_[A-Z]+)$/.test(name)),
  );
}

/** Plans after those instructions, for when what the manifests say, which is `detected`, does not work here. */
export async function planFromSteps(
  files: RepositoryFiles,
  { ready, ci }: Instructions,
  detected: EnvironmentPlan | null,
): Promise<EnvironmentPlan[]> {
  const all = [...ready, ...(ci === undefined ? [] : [ci])];
  const base = detected ?? { ...emptyPlan, keyFiles: (await files.paths()).filter(isManifest) };
  const known = await testsOfCommands(files, ci?.tests ?? []);
  // what was detected has been tried by then
  const isOther = known.some((test) => !base.tests.some((other) => isDeepStrictEqual(test, other)));
  const plans = [
    ...withSystemPackages(detected, all),
    ...ready.map((steps) => readyBy(steps, base, ci)),
    ...(ci === undefined ? [] : [readyBy(ci, { ...base, tests: isOther ? known : [] }, ci)]),
  ];
  return plans.filter(({ tests }) => tests.length > 0);
}

/** The workflow that runs the tests is mostly called by that. */
function byLikelihood(a: string, b: string): number {
  const rank = (path: string) => (/test/i.test(path) ? 0 : /(ci|build|check|main)\b/i.test(path) ? 1 : 2);
  return rank(a) - rank(b) || a.localeCompare(b);
}

/** System packages are what manifests do not tell. */
function withSystemPackages(detected: EnvironmentPlan | null, all: readonly Steps[]): EnvironmentPlan[] {
  const steps = all.find(({ setup }) => setup.some((command) => /\bapt(-get)? install\b/.test(command)));
  if (detected === null || steps === undefined) return [];
  const summary = `${detected.summary}, with the system packages of ${steps.source}`;
  const packages = steps.setup.filter((command) => /\bapt(-get)?\b/.test(command));
  return [{ ...detected, summary, setup: [...detected.setup, ...packages] }];
}

/** Made ready by those steps; the tests are those that were detected, else those of CI. */
function readyBy(steps: Steps, base: EnvironmentPlan, ci: Steps | undefined): EnvironmentPlan {
  const tools = base.install.filter(installsTool);
  const usesPython = steps.install.some((command) => /\b(pip|python)3?\b/.test(command));
  const isNew = usesPython && !tools.some((command) => command.includes('venv'));
  return {
    ...base,
    summary: `as ${steps.source} does it`,
    keyFiles: [...base.keyFiles, steps.source],
    setup: [...base.setup, ...steps.setup],
    install: [...tools, ...(isNew ? [`uv venv --seed --quiet ${virtualEnvironment}`] : []), ...steps.install],
    build: steps.build,
    tests:
      base.tests.length > 0
        ? base.tests
        : (ci?.tests ?? []).map(({ command, directory }) => testCommand(command, directory)),
    env: { ...base.env, ...(isNew ? activation : {}), ...steps.env },
  };
}

/** CI gets package managers and virtual environments by actions, which are no commands. */
function installsTool(command: string): boolean {
  return /^npm install --global\b|^uv venv\b/.test(command);
}
