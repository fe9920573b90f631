import { describe, expect, it } from 'vitest';
import type { EnvironmentPlan } from '../../../src/core/environment.ts';
import { planRust } from '../../../src/environment/rust/plan-rust.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const small = { 'Cargo.toml': '[package]\nname = "sums"\n', 'src/lib.rs': '' };
const extension = '[package]\nname = "native"\n[lib]\ncrate-type = ["cdylib"]\n';

async function plan(files: Record<string, string>): Promise<EnvironmentPlan> {
  const found = await planRust(repositoryFiles({ ...small, ...files }));
  if (found === null) throw new Error('nothing was found');
  return found;
}

describe('planRust', () => {
  it.each<[string, Record<string, string>]>([
    ['no crate at the root', { 'native/Cargo.toml': '' }],
    ['an extension of Python', { 'Cargo.toml': extension, 'pyproject.toml': '' }],
    ['an extension of Node', { 'Cargo.toml': extension, 'package.json': '' }],
  ])('is not for %s', async (_what, files) => {
    expect(await planRust(repositoryFiles(files))).toBeNull();
  });

  it('is whole for the simplest of repositories', async () => {
    const found = await plan({});
    expect(found).toMatchObject({
      summary: 'Rust of Debian, cargo test',
      packageManager: 'cargo',
      install: ['cargo fetch', 'timeout 900 cargo test --no-run --no-fail-fast || true'],
      build: [],
      tests: [{ runner: 'cargo-test', directory: '', options: [], targets: [], env: {} }],
    });
    expect(found.keyFiles).toEqual(expect.arrayContaining(['Cargo.lock', 'Cargo.toml']));
    expect(found.setup.join('\n')).toMatch(/install .*cargo-web .*rustc-web.* \|\| .*install .*cargo rustc/);
  });

  it('keeps to the lock file', async () => {
    expect((await plan({ 'Cargo.lock': '' })).install[0]).toBe('cargo fetch --locked || cargo fetch');
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a version',
      { 'rust-toolchain.toml': '[toolchain]\nchannel = "1.75.0"\n' },
      ' (the repository asks for 1.75.0)',
    ],
    ['a version in the older form', { 'rust-toolchain': '1.70\n' }, ' (the repository asks for 1.70)'],
    ['any stable one', { 'rust-toolchain': 'stable\n' }, ''],
  ])('says when the repository asks for %s', async (_what, files, words) => {
    expect((await plan(files)).summary).toBe(`Rust of Debian${words}, cargo test`);
  });

  it('lets what is written for a nightly Rust use what is not stable', async () => {
    const found = await plan({ 'rust-toolchain.toml': '[toolchain]\nchannel = "nightly-2026-01-01"\n' });
    expect(found.env.RUSTC_BOOTSTRAP).toBe('1');
    expect((await plan({})).env.RUSTC_BOOTSTRAP).toBeUndefined();
  });

  it.each<[string, string[]]>([
    ['1.96', []],
    ['1.97', ['--ignore-rust-version']],
  ])('builds what asks for Rust %s with %j', async (version, options) => {
    const found = await plan({ 'Cargo.toml': `[package]\nname = "sums"\nrust-version = "${version}"\n` });
    expect(found.tests[0]?.options).toEqual(options);
  });

  it.each<[string, Record<string, string>, string | undefined]>([
    ['in a library', { 'src/lib.rs': '#![deny(missing_docs, warnings)]' }, '--cap-lints=warn'],
    ['in tests', { 'tests/a.rs': '#![forbid(warnings)]' }, '--cap-lints=warn'],
    [
      'in the manifest',
      { 'Cargo.toml': `${small['Cargo.toml']}[lints.rust]\nwarnings = "deny"` },
      '--cap-lints=warn',
    ],
    ['that are not denied', { 'src/lib.rs': '#![warn(warnings)]' }, undefined],
    [
      'beside flags of its own',
      { 'src/lib.rs': '#![deny(warnings)]', '.cargo/config.toml': '[build]\nrustflags = ["--cfg", "a"]' },
      undefined,
    ],
  ])("keeps a newer compiler's warnings from ending a build: %s", async (_what, files, flags) => {
    expect((await plan(files)).env.RUSTFLAGS).toBe(flags);
  });

  it.each<[string, string, string[]]>([
    ['all features', 'run: cargo test\nrun: cargo test --all-features --verbose', ['--all-features']],
    ['the whole workspace', 'run: cargo test --workspace --locked', ['--workspace']],
    ['some features', "run: cargo test --features 'std serde' -- --nocapture", ['--features', 'std,serde']],
    ['no part alone', 'run: cargo test -p sums --all-features\nrun: cargo test --doc', []],
    ['nothing of other machines', 'run: cargo test --all-features --target i686-unknown-linux-gnu', []],
    ['nothing that is not known', 'run: cargo test --features ${{ matrix.features }}', []],
    [
      'with another program',
      'run: cargo nextest run --workspace --all-features',
      ['--all-features', '--workspace'],
    ],
    ['without a package', 'run: cargo test --workspace --exclude docs', ['--workspace', '--exclude', 'docs']],
    ['not less than the default', 'run: cargo test --no-default-features\nrun: cargo test', []],
  ])('tests as CI does: %s', async (_what, workflow, options) => {
    const found = await plan({ '.github/workflows/ci.yml': workflow });
    expect(found.tests[0]?.options).toEqual(options);
  });

  it('makes ready for clippy where CI runs it', async () => {
    const found = await plan({ '.github/workflows/ci.yml': 'run: cargo clippy -- -D warnings' });
    expect(found.install.at(-1)).toMatch(/^timeout \d+ cargo clippy .* -- -W warnings \|\| true$/);
  });

  it('says which file is broken', async () => {
    await expect(plan({ 'Cargo.toml': '[package' })).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringContaining('Cargo.toml cannot be read'),
    });
  });
});
