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
    ['Rust', { 'Cargo.toml': '' }, ['rustfmt']],
    ['a broken manifest', { 'package.json': '{' }, []],
  ])('finds those of %s', async (_, files, names) => expect(await namesOf(files)).toEqual(names));

  it('calls them with the files, quoted', async () => {
    const [eslint] = await findChecks(repositoryFiles(manifest({ lint: 'eslint .' })));
    expect(eslint?.command(['lib/a b.js'])).toBe("eslint --no-color --format json 'lib/a b.js'");
  });
});
