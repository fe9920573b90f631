import { posix } from 'node:path';
import picomatch from 'picomatch';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { EnvironmentPlan, RunnerName, TestCommand } from '../../core/environment.ts';
import { OperationalError } from '../../core/errors.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { inDirectory } from '../directories.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { buildThatTestsLoad, scriptsThatMakeTestData, withoutTypeChecks } from './builds.ts';
import { dependenciesFirst, type Member, withoutExamples } from './members.ts';
import { findNodeVersion, findOtherVersion, type NodeVersion, nodeSetup } from './node-version.ts';
import { type PackageJson, packageJsonSchema } from './package-json.ts';
import { findPackageManager, type NodePackageManager } from './package-manager.ts';
import { expandRecursive } from './recursive-builds.ts';
import {
  planFromOtherScripts,
  planFromScripts,
  programsUnderTest,
  type ScriptPlan,
  scriptsBeforeTests,
} from './test-scripts.ts';

const installers: Record<NodePackageManager['name'], (manager: NodePackageManager) => string[]> = {
  npm: ({ lockFile }) => [lockFile === null ? 'npm install' : 'npm ci'],
  pnpm: ({ version, lockFile }) => [
    `npm install --global --prefix ~/.local pnpm@${version}`,
    `pnpm install ${lockFile === null ? '--no-lockfile' : '--frozen-lockfile'}`,
  ],
  yarn: ({ version, lockFile }) => [
    `npm install --global --prefix ~/.local ${version?.startsWith('1.') ? 'yarn' : '@yarnpkg/cli-dist'}@${version}`,
    `yarn install ${lockFile === null ? '' : version?.startsWith('1.') ? '--frozen-lockfile' : '--immutable'}`.trim(),
  ],
  bun: ({ version, lockFile }) => [
    `npm install --global --prefix ~/.local bun@${version}`,
    `bun install ${lockFile === null ? '' : '--frozen-lockfile'}`.trim(),
  ],
};

const workspaceSchema = z
  .object({ packages: z.array(z.string()).nullish() })
  .nullable()
  .transform((value) => ({ packages: value?.packages ?? [] }));

/** Null when the repository has no package.json at its root. Its plan has no tests when no runner is found. */
export async function planNode(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const manifest = await readManifest(files, 'package.json');
  return manifest === null ? null : planWith(files, manifest, await findNodeVersion(files, manifest));
}

/** The same with another Node version, where another than the one that is tried first is likely. */
export async function planNodeOtherwise(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const manifest = await readManifest(files, 'package.json');
  const version = manifest === null ? null : await findOtherVersion(files, manifest);
  return manifest === null || version === null ? null : planWith(files, manifest, version);
}

async function planWith(
  files: RepositoryFiles,
  manifest: PackageJson,
  { major, why }: NodeVersion,
): Promise<EnvironmentPlan> {
  const manager = await findPackageManager(files, manifest);
  const members = await workspaceMembers(files, manifest);
  const { build, tests } = await planTests(files, manifest, manager, members);
  const node = why === null ? `Node ${major}` : `Node ${major} (${why})`;
  const version = manager.version === null ? '' : ` ${manager.version}`;
  const names = [...new Set(tests.map((test) => test.runner))];
  return {
    summary: [node, `${manager.name}${version}`, ...names].join(', '),
    keyFiles: [
      ...['package.json', manager.lockFile, '.npmrc', '.yarnrc.yml', 'pnpm-workspace.yaml', 'bunfig.toml'],
      ...['.pnpmfile.cjs', '.taprc'],
      ...members.map((directory) => `${directory}/package.json`),
    ].filter((path) => path !== null),
    packageManager: manager.name,
    setup: nodeSetup(major),
    install: [
      ...installers[manager.name](manager),
      ...toolsOf(tests, manager),
      ...(await pluginsOf(files, manifest, tests)),
    ],
    build,
    tests,
    env: managerVariables(manager),
  };
}

/** Bun's runner is part of Bun, which nobody lists among the dependencies. */
function toolsOf(tests: readonly TestCommand[], { name }: NodePackageManager): string[] {
  const isLacking = name !== 'bun' && tests.some(({ runner }) => runner === 'bun-test');
  return isLacking ? ['npm install --global --prefix ~/.local bun@1'] : [];
}

/** tap loads plugins from a copy of its own, which it makes of the registry when it is first called. */
async function pluginsOf(
  files: RepositoryFiles,
  { tap }: PackageJson,
  tests: readonly TestCommand[],
): Promise<string[]> {
  if (!tests.some(({ runner }) => runner === 'tap')) return [];
  const hasPlugins = tap?.plugin !== undefined || /^plugin:/m.test((await files.read('.taprc')) ?? '');
  return hasPlugins ? ['npx tap build'] : [];
}

/** pnpm is not to fetch the version that the manifest names; yarn is to put the dependencies into node_modules. */
function managerVariables({ name, version }: NodePackageManager): Record<string, string> {
  if (name === 'pnpm') return { npm_config_manage_package_manager_versions: 'false' };
  if (name === 'yarn' && !version?.startsWith('1.')) return { YARN_NODE_LINKER: 'node-modules' };
  return {};
}

async function readManifest(files: RepositoryFiles, path: string): Promise<PackageJson | null> {
  const text = await files.read(path);
  if (text === null) return null;
  try {
    return packageJsonSchema.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    throw unreadable(path, 'JSON', error);
  }
}

function unreadable(path: string, format: string, cause: unknown): OperationalError {
  return new OperationalError(
    'no_environment',
    `${path} cannot be read as ${format}, so the dependencies cannot be installed: correct it, or give \`install\` and \`test\` in .github/ai-fix.yml.`,
    { cause },
  );
}

async function planTests(
  files: RepositoryFiles,
  manifest: PackageJson,
  manager: NodePackageManager,
  members: readonly string[],
): Promise<ScriptPlan> {
  const root = planFromScripts(manifest.scripts, '');
  const isTestedAtRoot = root.tests.length > 0;
  const packages = await readMembers(files, members, isTestedAtRoot);
  const plan = isTestedAtRoot ? root : planMembers(manifest, packages);
  if (plan.tests.length === 0) Object.assign(plan, planFromOtherScripts(manifest.scripts, ''));
  const paths = await files.paths();
  const byNames = testsFromNames(paths);
  // what a script runs under plain node says more of each file under node's own runner
  const first = /^node\s/.test(manifest.scripts.test ?? '') ? byNames : [];
  const guesses = [first, programsUnderTest(manifest.scripts), testsByExitCode(manifest, manager), byNames];
  const found = [plan.tests, testsFromDependencies(manifest, paths), testsFromSettings(paths), ...guesses];
  const tests = found.find((commands) => commands.length > 0) ?? [];
  const called = plan.build.length > 0 ? plan.build : root.build;
  const targets = tests.flatMap((test) => (test.directory === '' ? test.targets.map(unquoted) : []));
  const build = called.length > 0 ? called : await buildThatTestsLoad(files, manifest, targets);
  const ofPackages = expandRecursive(build, manifest.scripts, packages);
  const data = await scriptsThatMakeTestData(files, manifest, scriptsBeforeTests(manifest.scripts));
  return { build: [...(await withoutTypeChecks(ofPackages, files)), ...data], tests };
}

function unquoted(word: string): string {
  return word.replace(/^(['"])(.*)\1$/, '$2');
}

/** `isLenient`: one with mistakes counts as none. */
async function readMembers(
  files: RepositoryFiles,
  directories: readonly string[],
  isLenient: boolean,
): Promise<Member[]> {
  return Promise.all(
    directories.map(async (directory) => {
      const manifest = readManifest(files, `${directory}/package.json`);
      return { directory, manifest: await (isLenient ? manifest.catch(() => null) : manifest) };
    }),
  );
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

async function workspaceMembers(files: RepositoryFiles, manifest: PackageJson): Promise<string[]> {
  const patterns = manifest.workspaces ?? (await workspacePatterns(files));
  if (patterns.length === 0) return [];
  const wanted = patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => pattern.replace(/\/+$/, ''));
  const unwanted = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const matches = picomatch(wanted, { ignore: unwanted });
  return (await files.paths())
    .filter((path) => path.endsWith('/package.json') && !path.includes('node_modules/'))
    .map((path) => path.slice(0, -'/package.json'.length))
    .filter((directory) => matches(directory));
}

/** From the files of pnpm and of lerna, which both have them under `packages`. */
async function workspacePatterns(files: RepositoryFiles): Promise<string[]> {
  for (const [path, text] of await files.readAll(['pnpm-workspace.yaml', 'lerna.json'])) {
    try {
      const { packages } = workspaceSchema.parse(parseYaml(text));
      if (packages.length > 0) return packages;
    } catch (error) {
      throw unreadable(path, path.endsWith('.json') ? 'JSON' : 'YAML', error);
    }
  }
  return [];
}

/** The usual call of a runner that is installed but not named in any script. */
function testsFromDependencies(manifest: PackageJson, paths: readonly string[]): TestCommand[] {
  const installed = { ...manifest.dependencies, ...manifest.devDependencies };
  const runner = (['vitest', 'jest', 'mocha', 'ava', 'tap', 'tape', 'uvu', 'jasmine'] as const).find(
    (name) => name in installed,
  );
  return runner === undefined
    ? []
    : [usualCall(runner, runner === 'tape' ? patternsFor(paths.filter(isTestScript)) : [])];
}

/** The usual call of a runner that has settings here and comes with another package, as jest does with `kcd-scripts`. */
function testsFromSettings(paths: readonly string[]): TestCommand[] {
  const runner = settings.find(([, pattern]) => paths.some((path) => pattern.test(path)))?.[0];
  return runner === undefined ? [] : [usualCall(runner, [])];
}

const settings = [
  ['vitest', /^vitest\.config\.[cm]?[jt]s$/],
  ['jest', /^jest\.config\.([cm]?[jt]s|json)$/],
  ['mocha', /^\.mocharc\.([cm]?js|jsonc?|ya?ml)$/],
  ['ava', /^ava\.config\.[cm]?js$/],
] as const;

/** Node's own runner, where nothing says how files with the names of tests are run. */
function testsFromNames(paths: readonly string[]): TestCommand[] {
  const scripts = paths.filter(isTestScript);
  const tests = scripts.filter((path) => !dataOfTests.test(path));
  if (tests.length === 0) return [];
  // by itself it takes all that lies in a directory called test
  return [usualCall('node-test', tests.length === scripts.length ? [] : patternsFor(tests))];
}

/** Of files that are there, and of those that come to lie beside them. */
function patternsFor(paths: readonly string[]): string[] {
  const patterns = paths.map((path) => {
    const end = isTestName.exec(path)?.[0] ?? posix.extname(path);
    return `${quoteWord(posix.dirname(path))}/*${end}`;
  });
  return [...new Set(patterns)];
}

const dataOfTests = /(^|\/)(fixtures?|__fixtures__|snapshots?|bench(es|marks?)?)\//;

function usualCall(runner: RunnerName, targets: string[]): TestCommand {
  return { runner, directory: '', options: [], targets, env: {} };
}

function isTestScript(path: string): boolean {
  return /(^|\/)tests?\/.*\.[cm]?js$/.test(path) || isTestName.test(path);
}

const isTestName = /\.test\.[cm]?js$/;

/** A script `test` that calls no runner that is known, as of karma: one test, by its exit code. */
function testsByExitCode({ scripts }: PackageJson, { name }: NodePackageManager): TestCommand[] {
  const script = scripts.test ?? '';
  if (script === '' || /no test specified/.test(script)) return [];
  return [{ runner: 'command', directory: '', options: [`${name} run test`], targets: [], env: {} }];
}
