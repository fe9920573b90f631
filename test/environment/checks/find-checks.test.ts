import { describe, expect, it } from 'vitest';
import { findChecks } from '../../../src/environment/checks/find-checks.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const namesOf = async (files: Record<string, string>) =>
  (await findChecks(repositoryFiles(files))).map(({ name }) => name);
const manifest = (scripts: object) => ({ 'package.json': JSON.stringify({ scripts }) });

describe('findChecks', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['package scripts', manifest({ lint: 'eslint .', format: 'prettier --check .' }), ['eslint', 'prettier']],
    [
      'a type check with its settings',
      { ...manifest({ types: 'tsc --noEmit' }), 'tsconfig.json': '{}' },
      ['tsc'],
    ],
    ['a type check without settings', manifest({ types: 'tsc' }), []],
    ['sections of pyproject.toml', { 'pyproject.toml': '[tool.ruff.lint]\n[tool.mypy]\n' }, ['ruff', 'mypy']],
    ['files of their own', { '.flake8': '', 'ruff.toml': '' }, ['ruff', 'flake8']],
    ['a section of setup.cfg', { 'setup.cfg': '[flake8]\nmax-line-length = 100' }, ['flake8']],
    ['Go', { 'go.mod': 'module a' }, ['gofmt', 'go vet']],
    ['Rust without CI', { 'Cargo.toml': '' }, []],
    [
      "Rust's CI",
      { 'Cargo.toml': '', '.github/workflows/ci.yml': 'run: cargo fmt --check\nrun: cargo clippy\n' },
      ['rustfmt', 'clippy'],
    ],
    ['a broken manifest', { 'package.json': '{' }, []],
  ])('finds those of %s', async (_, files, names) => expect(await namesOf(files)).toEqual(names));

  it.each<[string, string | undefined]>([
    ['cargo clippy', ''],
    [
      'cargo clippy --all-targets --locked -- -D warnings -Aclippy::all',
      ' --all-targets -- -W warnings -Aclippy::all',
    ],
    ['cargo clippy --workspace --features "a b"', ' --workspace --features "a b"'],
    ['cargo clippy -p part\nrun: cargo clippy --tests', ' --tests'],
    ['cargo +nightly clippy', undefined],
    ['cargo clippy --target wasm32-unknown-unknown', undefined],
  ])('calls clippy as CI does: %s', async (call, words) => {
    const files = { 'Cargo.toml': '', '.github/workflows/ci.yml': `run: ${call}` };
    const [clippy] = await findChecks(repositoryFiles(files));
    const whole = words === undefined ? undefined : `cargo clippy --offline --message-format short${words}`;
    expect(clippy?.command([])).toBe(whole);
  });

  it('calls them with the files, quoted', async () => {
    const [eslint] = await findChecks(repositoryFiles(manifest({ lint: 'eslint .' })));
    expect(eslint?.command(['lib/a b.js'])).toBe("eslint --no-color --format json 'lib/a b.js'");
  });
});
