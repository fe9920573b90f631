import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { nothingFound } from '../../../src/environment/detect/nothing-found.ts';
import { parseRepositoryConfig } from '../../../src/environment/repository-config.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const told = async (...paths: string[]) =>
  (await nothingFound(repositoryFiles(Object.fromEntries(paths.map((path) => [path, '']))))).message;
const exampleIn = (message: string) => (/(?:^ {2}.*\n)+/m.exec(message)?.[0] ?? '').replace(/^ {2}/gm, '');

describe('what is said of a repository that no plan is made for', () => {
  it.each<[string[], string, string]>([
    [['Gemfile', 'x.gemspec'], 'Gemfile, x.gemspec', 'bundle exec rake test'],
    [['composer.json'], 'composer.json', 'vendor/bin/phpunit'],
    [['mix.exs'], 'mix.exs', 'mix test'],
    [['build.gradle'], 'build.gradle', 'gradle --offline test'],
    [['build.gradle.kts', 'gradlew'], 'build.gradle.kts', 'sh ./gradlew --offline test'],
    [['src/App/App.csproj', 'tests/App.Tests/App.Tests.csproj'], 'App.Tests.csproj', 'dotnet test'],
    [['Package.swift'], 'Package.swift', 'swift test'],
    [['deno.json'], 'deno.json', 'deno test'],
    [['stack.yaml', 'x.cabal'], 'stack.yaml', 'cabal test all'],
    [['build.sbt'], 'build.sbt', 'sbt test'],
    [['meson.build', 'a.c'], 'meson.build', 'meson test'],
    [['WORKSPACE', 'BUILD'], 'WORKSPACE', 'bazel test'],
    [['Makefile.PL', 't/a.t'], 'Makefile.PL', 'prove'],
    [['bin/tool', 'test/a.bats'], 'test/a.bats', 'bats'],
  ])('names %j, with an example that fits', async (paths, named, test) => {
    const message = await told(...paths);
    expect(message.split('\n')[0]).toContain(named);
    const example = exampleIn(message);
    expect((parse(example) as { test: string }).test).toContain(test);
    expect(() => parseRepositoryConfig(example)).not.toThrow();
  });

  it.each([
    [['go.mod', 'a.go'], 'go.mod, but no test (no file ends in _test.go)'],
    [['CMakeLists.txt', 'a.c'], 'CMakeLists.txt, but no test'],
    [['Makefile'], 'Makefile, but no test'],
    [['README.md'], 'no manifest that it knows'],
  ])('says of %j what is lacking, gives the form and what is left without tests', async (paths, lacking) => {
    const message = await told(...paths);
    expect(message).toContain(lacking);
    expect(parse(exampleIn(message))).toMatchObject({ install: 'INSTALL_COMMAND', test: 'TEST_COMMAND' });
    expect(message).toContain('`allow_without_tests: true`');
  });

  it('is not led by what lies deep inside, as in examples of another language', async () => {
    expect(await told('go.mod', 'a/b/c/d/e/Gemfile')).toContain('go.mod, but no test');
  });
});
