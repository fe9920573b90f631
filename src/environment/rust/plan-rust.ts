import { posix } from 'node:path';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { workflowPaths } from '../ci/workflow-paths.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { buildOptions } from './build-options.ts';
import { readCargoWorkspace } from './cargo-workspace.ts';
import { featuresIn, readCiTests } from './ci-options.ts';
import { clippyCommand } from './clippy.ts';
import { testFeatures } from './test-features.ts';
import { installRust, lintVariables, optionsForOlder, wantedToolchain } from './toolchain.ts';

const warmSeconds = 900;
const clippySeconds = 240;
const shownFeatures = 6;

/** Null when there is no crate at the repository's root, or only one that is a part of a package in another language. */
export async function planRust(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  return (await plansWithFeatures(files))[0] ?? null;
}

/** With fewer features, for when a build with all that the tests need fails: as CI does it, or with none. */
export const planRustWithLess = [1, 2].map((rank) => async (files: RepositoryFiles) => {
  return (await plansWithFeatures(files))[rank] ?? null;
});

const known = new WeakMap<RepositoryFiles, Promise<EnvironmentPlan[]>>();

/** Plans that differ in the features, the fullest first. Found once for a commit: all sources are read for it. */
function plansWithFeatures(files: RepositoryFiles): Promise<EnvironmentPlan[]> {
  const plans = known.get(files) ?? findPlans(files);
  known.set(files, plans);
  return plans;
}

async function findPlans(files: RepositoryFiles): Promise<EnvironmentPlan[]> {
  const paths = await files.paths();
  const text = await files.read('Cargo.toml');
  if (text === null) return [];
  const workspace = await readCargoWorkspace(files, text);
  const isPart = paths.includes('pyproject.toml') || paths.includes('package.json');
  if (workspace.root?.isExtension === true && isPart) return [];
  const texts = [...(await files.readAll([...workflowPaths(paths), ...scripts(paths)])).values()];
  const ci = readCiTests(texts);
  const choices = buildOptions(workspace, ci, await testFeatures(files, workspace.members));
  const manifests = paths.filter((path) => posix.basename(path) === 'Cargo.toml');
  const forOlder = optionsForOlder((await files.readAll(manifests)).values());
  const facts = {
    isLocked: paths.includes('Cargo.lock'),
    manifests,
    wanted: await wantedToolchain(files),
    clippy: clippyCommand(texts),
    env: await lintVariables(files),
  };
  return choices.map((options, index) => {
    const isLast = index === choices.length - 1;
    return planWith(facts, [...options, ...forOlder], isLast);
  });
}

interface RustFacts {
  isLocked: boolean;
  manifests: readonly string[];
  /** The toolchain that the repository asks for. */
  wanted: string | null;
  /** How CI runs clippy. */
  clippy: string | null;
  env: Record<string, string>;
}

function planWith(
  { isLocked, manifests, wanted, clippy, env }: RustFacts,
  options: string[],
  isLast: boolean,
): EnvironmentPlan {
  const isNightly = wanted?.startsWith('nightly') === true;
  const compile = ['cargo test --no-run --no-fail-fast', ...options].join(' ');
  const asked = wanted === null ? '' : ` (the repository asks for ${wanted})`;
  return {
    summary: `Rust of Debian${asked}, cargo test${describe(options)}`,
    keyFiles: ['Cargo.lock', 'rust-toolchain', 'rust-toolchain.toml', '.cargo/config.toml', ...manifests],
    packageManager: 'cargo',
    setup: installRust,
    install: [
      isLocked ? 'cargo fetch --locked || cargo fetch' : 'cargo fetch',
      // a build that fails gives way to one with fewer features, where there is one
      `timeout ${warmSeconds} ${compile}${isLast ? ' || true' : ''}`,
      // checks of a change have a minute, which is not enough for the dependencies
      ...(clippy === null ? [] : [`timeout ${clippySeconds} ${clippy} || true`]),
    ],
    build: [],
    tests: [{ runner: 'cargo-test', directory: '', options, targets: [], env: {} }],
    env: {
      // debug information is most of what a build writes, incremental state the rest of what tests do not need
      CARGO_PROFILE_DEV_DEBUG: '1',
      CARGO_INCREMENTAL: '0',
      ...env,
      ...(isNightly ? { RUSTC_BOOTSTRAP: '1' } : {}),
    },
  };
}

function describe(options: readonly string[]): string {
  if (options.includes('--all-features')) return ' with all features';
  const names = featuresIn(options);
  if (names.length === 0) return '';
  const more = names.length > shownFeatures ? ` and ${names.length - shownFeatures} more` : '';
  return ` with ${names.slice(0, shownFeatures).join(', ')}${more}`;
}

/** What CI and people call to test. */
function scripts(paths: readonly string[]): string[] {
  return paths.filter((path) =>
    /^(\.?justfile|Makefile|\.travis\.yml|\.cirrus\.yml|(\.?ci|scripts?)\/[^/]*test[^/]*\.sh)$/i.test(path),
  );
}
