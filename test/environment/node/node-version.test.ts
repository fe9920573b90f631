import { describe, expect, it } from 'vitest';
import { nodeSetup } from '../../../src/environment/node/node-setup.ts';
import {
  findNodeVersion,
  findOtherVersion,
  findPinnedVersion,
} from '../../../src/environment/node/node-version.ts';
import { packageJsonSchema } from '../../../src/environment/node/package-json.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const versionFor = (manifest: object, files: Record<string, string> = {}) =>
  findNodeVersion(repositoryFiles(files), packageJsonSchema.parse(manifest));
const pinnedFor = (manifest: object, files: Record<string, string>) =>
  findPinnedVersion(repositoryFiles(files), packageJsonSchema.parse(manifest));

describe('the Node version', () => {
  it.each<[string, number]>([
    ['>=18', 24],
    ['^20.19.0 || >=22.12.0', 24],
    ['*', 24],
    ['not a range', 24],
    ['<23', 22],
    ['18.x', 18],
    ['^16 || ^18', 18],
    ['14.17.0', 14],
    ['>=26', 26],
    ['>=4 <9', 24],
  ])('for engines %j is %i', async (node, major) => {
    expect((await versionFor({ engines: { node } })).major).toBe(major);
  });

  it.each<[string, Record<string, string>, number]>([
    ['an old .nvmrc', { '.nvmrc': 'v14.21.3\n' }, 14],
    ['an old code name', { '.node-version': 'lts/gallium\n' }, 16],
    ['an old .tool-versions', { '.tool-versions': 'python 3.9\nnodejs 12.22.1\n' }, 12],
    ['a newer .nvmrc', { '.nvmrc': '20' }, 24],
    ['the newest', { '.nvmrc': 'lts/*' }, 24],
    ['an old CI', { '.github/workflows/a.yml': matrix('[10, 14.x]') }, 14],
    ['a CI that has newer ones', { '.github/workflows/a.yml': matrix('[10, 20]') }, 24],
    ['an old Travis', { '.travis.yml': 'node_js: [10, "12"]' }, 12],
    [
      'an old Travis with a matrix',
      { '.travis.yml': 'matrix: { include: [{ node_js: 8 }, { node_js: 10 }] }' },
      24,
    ],
    [
      'an old Travis beside a newer CI',
      { '.travis.yml': 'node_js: 10', '.github/workflows/a.yml': matrix('[20]') },
      24,
    ],
    [
      'an old Travis beside a CI that does not say which',
      { '.travis.yml': 'node_js: 10', '.github/workflows/a.yml': 'steps: [{ uses: actions/setup-node@v4 }]' },
      24,
    ],
    [
      'an old Travis beside a workflow of another kind',
      { '.travis.yml': 'node_js: 10', '.github/workflows/a.yml': 'steps: [{ uses: actions/stale@v9 }]' },
      10,
    ],
    ['a CI with a word for the newest', { '.github/workflows/a.yml': matrix("[10, 'lts/*']") }, 24],
  ])('for %s', async (_what, files, major) => {
    expect((await versionFor({}, files)).major).toBe(major);
  });

  it('is one that the package esm still runs on, where a script loads it', async () => {
    const manifest = { scripts: { test: 'uvu -r esm test' }, devDependencies: { esm: '3.2.25' } };
    expect(await versionFor(manifest)).toMatchObject({ major: 20, why: expect.stringContaining('esm') });
    expect((await versionFor(manifest, { '.nvmrc': '14' })).major).toBe(14);
    expect((await versionFor({ ...manifest, scripts: { test: 'mocha --require=esm' } })).major).toBe(20);
    expect((await versionFor({ ...manifest, scripts: { test: 'mocha -r esm-loader' } })).major).toBe(24);
    expect((await versionFor({ ...manifest, devDependencies: {} })).major).toBe(24);
  });

  it('is told with the reason where it is another than usual', async () => {
    expect(await versionFor({}, { '.nvmrc': '16' })).toEqual({ major: 16, why: '.nvmrc names it' });
    expect(await versionFor({ engines: { node: '<19' } })).toEqual({
      major: 18,
      why: 'package.json asks for it',
    });
  });

  it('that people use is known also where ours is tried first', async () => {
    expect(await pinnedFor({}, { '.nvmrc': '20' })).toEqual({ major: 20, why: '.nvmrc names it' });
    expect(await pinnedFor({ volta: { node: '22.1.0' } }, {})).toMatchObject({ major: 22 });
    expect(await pinnedFor({}, { '.nvmrc': '24' })).toBeNull();
  });

  it('that a word of CI means is that of the commit', async () => {
    const at = async (date: string, versions: string) =>
      (
        await findNodeVersion(
          repositoryFiles({ '.travis.yml': `node_js: ${versions}` }, new Date(date)),
          packageJsonSchema.parse({}),
        )
      ).major;
    expect(await at('2021-06-01', '[node, 10]')).toBe(14);
    expect(await at('2021-11-01', 'lts/*')).toBe(16);
    expect(await at('2024-06-01', 'stable')).toBe(24);
    expect(await at('2021-06-01', '[node, iojs]')).toBe(24);
  });

  it('may be another where the first does not do: what people use, or of the time, or ours', async () => {
    const other = async (date: string, files: Record<string, string> = {}, manifest = {}) =>
      (await findOtherVersion(repositoryFiles(files, new Date(date)), packageJsonSchema.parse(manifest)))
        ?.major;
    expect(await other('2020-06-01', { '.nvmrc': '20' })).toBe(20);
    expect(await other('2020-06-01')).toBe(12);
    expect(await other('2020-06-01', { '.nvmrc': '12' })).toBe(24);
    expect(await other('2020-06-01', { '.nvmrc': '10' })).toBe(12);
    expect(await other('2025-06-01')).toBeUndefined();
    expect(await other('2025-06-01', {}, { engines: { node: '<23' } })).toBeUndefined();
  });

  it('is put in the place of the usual one, with an npm that runs on it', () => {
    expect(nodeSetup(24)).toEqual([]);
    expect(nodeSetup(22)[0]).toMatch(/@22$/);
    expect(nodeSetup(16)[0]).toMatch(/@16 npm@8$/);
  });
});

function matrix(versions: string): string {
  return `jobs: { a: { strategy: { matrix: { node: ${versions} } }, steps: [{ with: { node-version: "\${{ matrix.node }}" } }] } }`;
}
