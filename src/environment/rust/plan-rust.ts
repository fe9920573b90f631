import { posix } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { z } from 'zod';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { OperationalError } from '../../core/errors.ts';
import { workflowPaths } from '../ci-workflows.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { ciOptions } from './ci-options.ts';
import { installRust, wantedToolchain } from './toolchain.ts';

const warmSeconds = 900;

const cargoSchema = z.object({
  lib: z.object({ 'crate-type': z.array(z.string()).optional() }).optional(),
});

/** Null when there is no crate at the repository's root, or only one that is a part of a package in another language. */
export async function planRust(files: RepositoryFiles): Promise<EnvironmentPlan | null> {
  const paths = await files.paths();
  const text = await files.read('Cargo.toml');
  if (text === null || isExtension(text, paths)) return null;
  const isLocked = paths.includes('Cargo.lock');
  const ci = await files.readAll(workflowPaths(paths));
  const options = ciOptions(ci.values());
  const wanted = await wantedToolchain(files);
  const isNightly = wanted?.startsWith('nightly') === true;
  const compile = ['cargo test --no-run --no-fail-fast', ...options].join(' ');
  return {
    summary: `Rust of Debian${wanted === null ? '' : ` (the repository asks for ${wanted})`}, cargo test`,
    keyFiles: [
      'Cargo.lock',
      'rust-toolchain',
      'rust-toolchain.toml',
      '.cargo/config.toml',
      ...manifests(paths),
    ],
    packageManager: 'cargo',
    setup: installRust,
    install: [
      isLocked ? 'cargo fetch --locked || cargo fetch' : 'cargo fetch',
      `timeout ${warmSeconds} ${compile} || true`,
    ],
    build: [],
    tests: [{ runner: 'cargo-test', directory: '', options, targets: [], env: {} }],
    env: {
      // debug information is most of what a build writes, incremental state the rest of what tests do not need
      CARGO_PROFILE_DEV_DEBUG: '1',
      CARGO_INCREMENTAL: '0',
      ...(isNightly ? { RUSTC_BOOTSTRAP: '1' } : {}),
    },
  };
}

function manifests(paths: readonly string[]): string[] {
  return paths.filter((path) => posix.basename(path) === 'Cargo.toml');
}

/** Whether the crate is loaded by Python or Node, whose tests are then the repository's. */
function isExtension(text: string, paths: readonly string[]): boolean {
  const types = readManifest(text).lib?.['crate-type'] ?? [];
  const isLibrary = types.length === 0 || types.some((type) => type !== 'cdylib');
  return !isLibrary && (paths.includes('pyproject.toml') || paths.includes('package.json'));
}

function readManifest(text: string): z.infer<typeof cargoSchema> {
  try {
    return cargoSchema.parse(parseToml(text));
  } catch (error) {
    throw new OperationalError(
      'no_environment',
      'Cargo.toml cannot be read, so the dependencies cannot be installed: correct it, or give `install` and `test` in .github/ai-fix.yml.',
      { cause: error },
    );
  }
}
