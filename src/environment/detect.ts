import type { EnvironmentPlan, TestCommand } from '../core/environment.ts';
import { OperationalError } from '../core/errors.ts';
import { planNode } from './node/plan-node.ts';
import { recogniseTest } from './node/test-scripts.ts';
import { planPython } from './python/plan-python.ts';
import { configPath, type RepositoryConfig } from './repository-config.ts';
import type { RepositoryFiles } from './repository-files.ts';
import { parseCommands } from './shell-words.ts';

const planners = [planNode, planPython];

/**
 * Finds out how a repository is installed, built and tested: from its ai-fix configuration, and what that leaves
 * open from its manifests and lock files at the base commit. Rejects with `no_environment`.
 */
export async function detectEnvironment(
  files: RepositoryFiles,
  config: RepositoryConfig,
): Promise<EnvironmentPlan> {
  const complete = config.install !== undefined && config.test !== undefined;
  const detected = complete ? null : await firstPlan(files);
  if (detected === null && config.test === undefined) throw await nothingFound(files);
  const directory = config.working_directory?.replace(/\/$/, '') ?? '';
  const inDirectory = (command: string) => (directory === '' ? command : `cd '${directory}' && ${command}`);
  const base = detected ?? emptyPlan;
  return {
    ...base,
    summary: config.test === undefined ? base.summary : `as ${configPath} says`,
    install: config.install?.map(inDirectory) ?? base.install,
    build: config.build?.map(inDirectory) ?? base.build,
    tests: config.test?.flatMap((test) => testCommands(test, directory)) ?? base.tests,
    env: { ...base.env, ...config.env },
  };
}

const emptyPlan: EnvironmentPlan = {
  summary: '',
  keyFiles: [],
  packageManager: 'none',
  install: [],
  build: [],
  tests: [],
  env: {},
};

async function firstPlan(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  for (const plan of planners) {
    const found = await plan(files);
    if (found !== null) return found;
  }
  return null;
}

/** A configured test command: through a known runner, so that every test is known by name, else by its exit code. */
function testCommands(test: string, directory: string): TestCommand[] {
  const simple = parseCommands(test);
  const known =
    simple.length === 1 && simple[0] !== undefined ? recogniseTest(simple[0], {}, directory) : null;
  return [known ?? { runner: 'command', directory, options: [test], targets: [], env: {} }];
}

async function nothingFound(files: RepositoryFiles): Promise<OperationalError> {
  const roots = (await files.paths()).filter((path) => !path.includes('/'));
  const manifests = roots.filter((path) =>
    /^(go\.mod|Cargo\.toml|pom\.xml|build\.gradle|CMakeLists\.txt|Makefile|Gemfile|composer\.json|mix\.exs)/.test(
      path,
    ),
  );
  const found =
    manifests.length === 0
      ? 'no manifest that it knows'
      : `${manifests.join(', ')}, which it cannot set up by itself yet`;
  return new OperationalError(
    'no_environment',
    `ai-fix does not know how to install and test this repository: it found ${found}. Say how in ${configPath}, for example:\n  install: make deps\n  test: make check`,
  );
}
