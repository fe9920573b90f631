import { describe, expect, it } from 'vitest';
import { buildThatTestsLoad, scriptsThatMakeTestData } from '../../../src/environment/node/builds.ts';
import { packageJsonSchema } from '../../../src/environment/node/package-json.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const build = (manifest: Record<string, unknown>, files: Record<string, string>, targets: string[] = []) =>
  buildThatTestsLoad(repositoryFiles(files), packageJsonSchema.parse(manifest), targets);

const withBuild = { main: './dist/index.js', scripts: { build: 'rollup -c' } };

describe('buildThatTestsLoad', () => {
  it.each<[string, Record<string, string>]>([
    ['imports it', { 'test/a.test.ts': "import { a } from '../dist/index.js';" }],
    ['requires it', { 'test/a.js': "const a = require('../dist')" }],
    ['imports it lazily', { 'a.spec.mjs': "await import('./lib/built.js');" }],
    ['re-exports it', { '__tests__/a.js': "export * from '../built';" }],
    ['loads the package by its directory', { 'test/a.js': "const a = require('..');" }],
    ['loads the package by its directory, with a slash', { 'test/a.js': "const a = require('../');" }],
  ])('builds where a test %s, and it is not in git', async (_how, files) => {
    expect(await build(withBuild, { ...files, 'src/index.ts': '' })).toEqual(['npm run build']);
  });

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['a source', {}, { 'test/a.test.ts': "import { a } from '../src/a.js';", 'src/a.ts': '' }],
    ['a directory', {}, { 'test/a.js': "require('../lib');", 'lib/index.js': '' }],
    ['the manifest', {}, { 'test/a.js': "require('../package.json');", 'package.json': '{}' }],
    ['the package', { main: 'index.js' }, { 'test/a.js': "require('..');", 'index.js': '' }],
    ['the package, with a slash', { main: 'index.js' }, { 'test/a.js': "require('../');", 'index.js': '' }],
    ['the package without main', { main: undefined }, { 'test/a.js': "require('../');", 'index.js': '' }],
    ['a helper of the tests', {}, { 'test/a.js': "require('./generated.js');" }],
    ['a package', {}, { 'test/a.js': "require('dist');" }],
    ['what lies outside', {}, { 'test/a.js': "require('../../elsewhere');" }],
  ])('builds nothing where tests load %s', async (_what, manifest, files) => {
    expect(await build({ ...withBuild, ...manifest }, files)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['its own name', { name: 'own', exports: { '.': { import: './dist/index.js' } } }, "from 'own'"],
    ['a part of its own name', { name: '@a/own', exports: './dist/index.js' }, "require('@a/own/part')"],
    ['its own name without exports', { name: 'own', main: 'dist/index.js' }, "require('own')"],
    ['an alias', { imports: { '#dist': { node: './dist/index.js' } } }, "await import('#dist')"],
    ['aliases', { imports: { '#dist/*': './dist/*' } }, "from '#dist/a.js'"],
  ])('builds what a test loads by %s', async (_how, manifest, code) => {
    const all = { scripts: { build: 'tsc' }, ...manifest };
    const files = { 'test/a.js': `import a ${code};`, 'src/index.ts': '' };
    expect(await build(all, files)).toEqual(['npm run build']);
    expect(await build(all, { ...files, 'dist/index.js': '' })).toEqual([]);
    expect(await build(all, { 'test/a.js': "from 'other'", 'src/index.ts': '' })).toEqual([]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    [
      'its tests and checks',
      {
        build: 'npm run clean && npm run compile && npm run lint && npm test',
        compile: 'tsc',
        clean: 'rimraf out',
      },
      ['npm run compile'],
    ],
    [
      'its tests before it',
      { prebuild: 'npm test', build: 'npm run build:js', 'build:js': 'tsc' },
      ['npm run build:js'],
    ],
    ['nothing but a build', { build: 'npm run compile && npm run lint', compile: 'tsc' }, ['npm run build']],
  ])('leaves tests out of a build that runs %s', async (_what, scripts, commands) => {
    const files = { 'src/a.test.ts': '' };
    const own = { scripts: { ...scripts, test: 'mocha "out/**/*.test.js"', lint: 'eslint .' } };
    expect(await build(own, files, ['out/**/*.test.js'])).toEqual(commands);
  });

  it('builds tests that are not in git themselves', async () => {
    const files = { 'src/a.test.ts': '', 'test/b.test.js': '' };
    expect(await build(withBuild, files, ['./esm/a.test.js'])).toEqual(['npm run build']);
    expect(await build(withBuild, files, ['dist/**/*.test.mjs'])).toEqual(['npm run build']);
    expect(await build(withBuild, files, ['test/*.js', './test/b.test.js', 'dist', 'a.ts'])).toEqual([]);
  });

  it('looks at tests only, and not at their fixtures', async () => {
    const files = { 'src/a.js': "require('../dist');", 'test/fixtures/a.test.js': "require('../../dist');" };
    expect(await build(withBuild, files)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['a prepare script that builds', { prepare: 'npm run build:all', build: 'x' }, ['npm run prepare']],
    ['a prepare script that compiles', { prepare: 'tshy' }, ['npm run prepare']],
    [
      'the build script, not a prepare script for git hooks',
      { prepare: 'husky', build: 'x' },
      ['npm run build'],
    ],
    ['nothing where no script builds', { prepare: 'husky' }, []],
  ])('runs %s', async (_what, scripts, commands) => {
    expect(await build({ scripts }, { 'test/a.js': "require('../dist');" })).toEqual(commands);
  });
});

describe('scriptsThatMakeTestData', () => {
  it('are those that name a directory which tests load from, where it is not in git', async () => {
    const scripts = {
      data: 'rm -rf spec/_json && node scripts/data',
      lint: 'eslint spec',
      'check spec/_json': 'x',
    };
    const made = (files: Record<string, string>) =>
      scriptsThatMakeTestData(repositoryFiles(files), packageJsonSchema.parse({ scripts }), ['lint', 'data']);
    const test = { 'spec/a.spec.ts': "const suite = require('./_json/suite');" };
    expect(await made(test)).toEqual(['npm run data || true']);
    expect(await made({ ...test, 'spec/_json/suite.js': '' })).toEqual([]);
    expect(await made({ 'spec/a.spec.ts': "import './a'; import 'spec/_json/a';" })).toEqual([]);
  });
});
