import { posix } from 'node:path';
import type { EnvironmentPlan, TestCommand } from '../../core/environment.ts';
import { workflowPaths } from '../ci/workflow-paths.ts';
import { directoryOf, inDirectory, isBelow } from '../directories.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { ciOptions } from './ci-options.ts';
import { goVersion, installGo } from './toolchain.ts';

const warmSeconds = 900;
/** What they hold has been unpacked. */
const dropArchives = "find ~/go/pkg/mod/cache/download -name '*.zip' -delete 2> /dev/null; true";

/** Null when no module of Go in the repository has tests. */
export async function planGo(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  const modules = testedModules(paths);
  if (modules.length === 0) return null;
  const manifests = modules.map((directory) => posix.join(directory, 'go.mod'));
  const ci = await files.readAll([...workflowPaths(paths), 'Makefile']);
  const manifestTexts = await files.readAll([...manifests, 'go.work']);
  const version = goVersion(manifestTexts.values(), ci.values());
  const options = [...ciOptions(ci.values()), ...vetOptions(manifestTexts.values(), version)];
  return {
    summary: `Go ${version}, go test`,
    keyFiles: [
      'go.work',
      'go.work.sum',
      ...manifests,
      ...manifests.map((path) => path.replace(/mod$/, 'sum')),
    ],
    packageManager: 'go',
    setup: installGo(version),
    install: [...modules.flatMap((directory) => installModule(directory, paths, options)), dropArchives],
    build: [],
    tests: modules.map(
      (directory): TestCommand => ({ runner: 'go-test', directory, options, targets: ['./...'], env: {} }),
    ),
    env: {},
  };
}

/** The directories of modules with tests; Go itself leaves out what is called testdata or begins with `_` or `.`. */
function testedModules(paths: readonly string[]): string[] {
  const isOut = (path: string) => /(^|\/)(testdata|vendor|node_modules|[_.][^/]*)\//.test(path);
  const directories = paths
    .filter((path) => posix.basename(path) === 'go.mod' && !isOut(path))
    .map(directoryOf);
  const nearest = (path: string) => directories.filter((one) => isBelow(one, path)).at(-1);
  const byDepth = directories.sort((a, b) => a.length - b.length);
  const tested = new Set(paths.filter((path) => path.endsWith('_test.go') && !isOut(path)).map(nearest));
  return byDepth.filter((directory) => tested.has(directory));
}

/** A newer Go examines tests for more than their authors have seen, and takes a finding for a failure. */
function vetOptions(manifests: Iterable<string>, version: string): string[] {
  const own = [...manifests].flatMap((text) => [...text.matchAll(/^(?:go|toolchain go)[ \t]*(1\.\d+)/gm)]);
  return own.some(([, asked]) => asked === version) ? [] : ['-vet=off'];
}

/**
 * Fetches a module's dependencies and compiles its tests, so that runs without a network find both; what does not compile
 * is seen when the tests run. Another module than the repository's own may be past fetching without harm to the rest.
 */
function installModule(directory: string, paths: readonly string[], options: readonly string[]): string[] {
  const isVendored = paths.includes(posix.join(directory, 'vendor/modules.txt'));
  const download = 'go mod download || go list -deps -test ./... > /dev/null';
  const compile = ['go test -exec true', ...options, './...'].join(' ');
  return [
    ...(isVendored ? [] : [directory === '' ? download : inDirectory(directory, `${download} || true`)]),
    inDirectory(directory, `timeout ${warmSeconds} ${compile} > /dev/null 2>&1; true`),
  ];
}
