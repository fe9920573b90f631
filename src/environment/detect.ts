import { posix } from 'node:path';
import type { EnvironmentPlan, TestCommand } from '../core/environment.ts';
import { OperationalError } from '../core/errors.ts';
import { planNode } from './node/plan-node.ts';
import { recogniseTest } from './node/test-scripts.ts';
import { planPython } from './python/plan-python.ts';
import { configPath, type RepositoryConfig } from './repository-config.ts';
import type { RepositoryFiles } from './repository-files.ts';
import { parseCommands, quoteWord } from './shell-words.ts';

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
  if (config.test === undefined && detected === null) throw await nothingFound(files);
  if (config.test === undefined && detected?.tests.length === 0) throw noRunner();
  const directory = posix.join(config.working_directory ?? '', '.').replace(/^\.$|\/$/, '');
  const inDirectory = (command: string) =>
    directory === '' ? command : `cd ${quoteWord(directory)} && ${command}`;
  const base = detected ?? { ...emptyPlan, keyFiles: (await files.paths()).filter(isManifest) };
  return {
    ...base,
    summary: config.test === undefined ? base.summary : `as ${configPath} says`,
    setup: [...base.setup, ...(config.setup ?? [])],
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
  setup: [],
  install: [],
  build: [],
  tests: [],
  env: {},
};

/** What commands of the repository's own may install from, in whatever language. */
function isManifest(path: string): boolean {
  const name = posix.basename(path);
  return /[-.]lock(b|\.json|\.ya?ml)?$|requirements.*\.txt$/.test(name) || manifestNames.has(name);
}

const manifestNames = new Set([
  ...['package.json', '.npmrc', 'pyproject.toml', 'setup.py', 'setup.cfg', 'go.mod', 'go.sum', 'Cargo.toml'],
  ...['pom.xml', 'build.gradle', 'build.gradle.kts', 'Gemfile', 'composer.json', 'mix.exs', 'Makefile'],
  ...['CMakeLists.txt'],
]);

async function firstPlan(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  for (const plan of planners) {
    const found = await plan(files);
    if (found !== null) return found;
  }
  return null;
}

/** A configured test command: through a known runner, so that every test is known by name, else by its exit code. */
function testCommands(test: string, directory: string): TestCommand[] {
  const [first, ...others] = parseCommands(test);
  const [cd, target, ...more] = first ?? [];
  const isMove = cd?.plain === 'cd' && target !== undefined && more.length === 0 && test.includes('&&');
  const [words, at] = isMove ? [others[0], posix.join(directory, target.plain)] : [first, directory];
  const isSimple = others.length === (isMove ? 1 : 0) && words !== undefined && !/^(\.\.|\/)/.test(at);
  const known = isSimple ? recogniseTest(words, {}, at) : null;
  return [known ?? { runner: 'command', directory, options: [test], targets: [], env: {} }];
}

function noRunner(): OperationalError {
  return new OperationalError(
    'no_environment',
    `No test runner was found in the scripts or dependencies of package.json. Say in ${configPath} how the tests run, for example \`test: npx mocha\`.`,
  );
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
