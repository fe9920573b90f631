import { posix } from 'node:path';
import picomatch from 'picomatch';
import { importCandidates, relativeImports } from '../../text/imports.ts';
import { quoteWord } from '../../text/quote-word.ts';
import { isTestPath } from '../../text/test-paths.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import type { PackageJson } from './package-json.ts';
import { buildWithoutTests } from './test-scripts.ts';

const maximumTestFiles = 300;

/** When tests are, or import, files that are not in git these are built: the script that builds them, or nothing. */
export async function buildThatTestsLoad(
  files: RepositoryFiles,
  manifest: PackageJson,
  targets: readonly string[] = [],
): Promise<string[]> {
  const { scripts } = manifest;
  const isPrepareBuild = /\b(build|tsc|tshy|rollup|babel|compile|tsup|unbuild)\b/.test(scripts.prepare ?? '');
  const script = isPrepareBuild ? 'prepare' : scripts.build === undefined ? null : 'build';
  if (script === null) return [];
  const isNeeded = areBuilt(targets, await files.paths()) || (await testsLoadWhatIsNotInGit(files, manifest));
  return isNeeded ? buildWithoutTests(scripts, script) : [];
}

/**
 * Calls of those of the scripts that name a directory which tests load from and nothing in git is in: they make test
 * data. Not all tests need it, so that one that fails keeps none from running.
 */
export async function scriptsThatMakeTestData(
  files: RepositoryFiles,
  { scripts }: PackageJson,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  const paths = await files.paths();
  const tracked = new Set(paths);
  const missing = new Set<string>();
  for (const [path, source] of await files.readAll(testCode(paths))) {
    for (const target of relativeImports(source)) {
      const directory = posix.join(posix.dirname(path), posix.dirname(target));
      if (directory.includes('/') && !importCandidates(path, target).some((one) => tracked.has(one)))
        missing.add(directory);
    }
  }
  const makers = names.filter((name) => [...missing].some((directory) => scripts[name]?.includes(directory)));
  return makers.map((name) => `npm run ${quoteWord(name)} || true`);
}

/** Whether some of the files to test are JavaScript by their names, and none of that name is in git. */
function areBuilt(targets: readonly string[], paths: readonly string[]): boolean {
  return targets.some((target) => {
    if (!/\.[cm]?js$/.test(target)) return false;
    const matches = picomatch(posix.normalize(target));
    return !paths.some((path) => matches(path));
  });
}

async function testsLoadWhatIsNotInGit(files: RepositoryFiles, manifest: PackageJson): Promise<boolean> {
  const paths = await files.paths();
  const tracked = new Set(paths);
  const main = posix.normalize(manifest.main ?? 'index');
  const built = namesOfWhatIsBuilt(manifest, paths);
  for (const [path, source] of await files.readAll(testCode(paths))) {
    if (built?.test(source)) return true;
    for (const target of relativeImports(source)) {
      const loaded = posix.join(posix.dirname(path), target).replace(/(.)\/$/, '$1');
      if (loaded.startsWith('..') || isTestPath(loaded)) continue;
      const candidates = loaded === '.' ? importCandidates('', main) : importCandidates(path, target);
      if (!candidates.some((candidate) => tracked.has(candidate))) return true;
    }
  }
  return false;
}

/**
 * Imports of the package by its own name, or by a name that begins with `#`, where nothing that its manifest gives for
 * them is in git; null where there are no such names.
 */
function namesOfWhatIsBuilt(
  { name, main, exports, imports }: PackageJson,
  paths: readonly string[],
): RegExp | null {
  const isBuilt = (value: unknown) => {
    const targets = targetsIn(value);
    return targets.length > 0 && !targets.some((target) => paths.some((path) => path.startsWith(target)));
  };
  const aliases = Object.entries(typeof imports === 'object' && imports !== null ? imports : {})
    .filter(([alias, value]) => alias.startsWith('#') && isBuilt(value))
    .map(([alias]) => `${RegExp.escape(alias.replace(/\*.*$/, ''))}${alias.includes('*') ? '[^\'"]*' : ''}`);
  const own = name !== undefined && isBuilt(exports ?? main) ? [`${RegExp.escape(name)}(?:/[^'"]*)?`] : [];
  const names = [...aliases, ...own].join('|');
  return names === ''
    ? null
    : new RegExp(`(?:from\\s*|import\\s*|(?:import|require)\\(\\s*)['"](?:${names})['"]`);
}

/** The paths of modules that a part of a manifest names, up to a `*`; without the manifest itself and types. */
function targetsIn(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(targetsIn);
  if (typeof value !== 'string' || /\.json$|\.d\.[cm]?ts$/.test(value)) return [];
  return [posix.normalize(value).replace(/\*.*$/, '')];
}

function testCode(paths: readonly string[]): string[] {
  return paths
    .filter((path) => isTestPath(path) && /\.[cm]?[jt]sx?$/.test(path) && !isFixture(path))
    .slice(0, maximumTestFiles);
}

function isFixture(path: string): boolean {
  return /(^|\/)(fixtures?|__fixtures__|snapshots?)\//.test(path);
}
