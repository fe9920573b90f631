import { describe, expect, it } from 'vitest';
import { findPackages } from '../../src/environment/packages.ts';
import { repositoryFiles } from '../support/repository-files.ts';

async function needs(texts: Record<string, string>): Promise<Record<string, readonly string[]>> {
  const packages = await findPackages(repositoryFiles(texts));
  return Object.fromEntries(packages.map(({ directory, needs }) => [directory, needs]));
}

const json = (value: unknown) => JSON.stringify(value);

describe('findPackages', () => {
  it('finds packages of Node and what they need of each other, for development as well', async () => {
    const found = await needs({
      'package.json': json({ name: 'all', workspaces: ['packages/*'] }),
      'packages/core/package.json': json({ name: '@x/core', dependencies: { react: '1' } }),
      'packages/ui/package.json': json({ name: '@x/ui', peerDependencies: { '@x/core': '*' } }),
      'packages/app/package.json': json({ name: 'app', devDependencies: { '@x/ui': 'workspace:*' } }),
      'node_modules/left/package.json': json({ name: 'left', dependencies: { app: '1' } }),
    });
    expect(found).toEqual({
      '': [],
      'packages/app': ['packages/ui'],
      'packages/core': [],
      'packages/ui': ['packages/core'],
    });
  });

  it('finds crates, also those that are used under another name or on one platform', async () => {
    const found = await needs({
      'Cargo.toml': '[workspace]\nmembers = ["a", "b", "c"]\n',
      'a/Cargo.toml': '[package]\nname = "base"\n',
      'b/Cargo.toml':
        '[package]\nname = "b"\n[dev-dependencies]\nbasis = { package = "base", path = "../a" }\n',
      'c/Cargo.toml': '[package]\nname = "c"\n[target."cfg(unix)".dependencies]\nb.workspace = true\n',
    });
    expect(found).toEqual({ '': [], a: [], b: ['a'], c: ['b'] });
  });

  it('finds modules of Go', async () => {
    const found = await needs({
      'go.mod': 'module example.org/all\n\ngo 1.22\n',
      'cli/go.mod':
        'module example.org/all/cli\n\nrequire (\n\texample.org/all v1.2.3\n\tother.org/x v0.1.0\n)\n',
    });
    expect(found).toEqual({ '': [], cli: [''] });
  });

  it('finds modules of Maven', async () => {
    const pom = (artifact: string, more: string) =>
      `<project><parent><artifactId>all</artifactId></parent><artifactId>${artifact}</artifactId>${more}</project>`;
    const dependency = '<dependencies><dependency><artifactId>core</artifactId></dependency></dependencies>';
    const found = await needs({
      'pom.xml': '<project><artifactId>all</artifactId><modules><module>core</module></modules></project>',
      'core/pom.xml': pom('core', ''),
      'web/pom.xml': pom('web', dependency),
    });
    expect(found).toEqual({ '': [], core: [''], web: ['', 'core'] });
  });

  it('finds projects of Python, whose names are not written in one way', async () => {
    const found = await needs({
      'core/pyproject.toml': '[project]\nname = "My_Core"\n',
      'cli/pyproject.toml': '[project]\nname = "cli"\ndependencies = ["my-core[all]>=1", "click"]\n',
      'old/pyproject.toml':
        '[tool.poetry]\nname = "old"\n[tool.poetry.dependencies]\ncli = { path = "../cli" }\n',
    });
    expect(found).toEqual({ core: [], cli: ['core'], old: ['cli'] });
  });

  it('finds none in a repository that is one package, and leaves out what cannot be read', async () => {
    expect(await needs({ 'package.json': json({ name: 'one' }), 'src/a.js': '' })).toEqual({});
    expect(await needs({ 'package.json': json({ name: 'one' }), 'broken/package.json': '{' })).toEqual({});
  });
});
