import { describe, expect, it } from 'vitest';
import { packageJsonSchema } from '../../../src/environment/node/package-json.ts';
import { expandRecursive } from '../../../src/environment/node/recursive-builds.ts';

const member = (directory: string, manifest: Record<string, unknown> = {}) => ({
  directory,
  manifest: packageJsonSchema.parse({
    name: directory.split('/').at(-1),
    scripts: { build: 'tsc' },
    ...manifest,
  }),
});
const members = [
  member('packages/app', { dependencies: { base: '*' } }),
  member('packages/base'),
  member('packages/plain', { scripts: {} }),
  member('examples/one'),
];
const each = ['cd packages/base && npm run build', 'cd packages/app && npm run build'];
const expand = (build: string, more: Record<string, string> = {}) =>
  expandRecursive(['npm run build'], { build, ...more }, members);

describe('a build of all packages', () => {
  it.each([
    'lerna run build',
    'npx lerna run build --stream --concurrency 1',
    'npm run build --workspaces --if-present',
    'npm run -ws build',
    'pnpm -r build',
    'pnpm -r run build --stream',
    'pnpm run --recursive build',
    'yarn workspaces run build',
    'yarn workspaces foreach -Apt run build',
    'yarn workspaces foreach -A --topological-dev run build',
  ])('is one of each that has it, after those that it needs, without examples: %s', (script) => {
    expect(expand(script)).toEqual(each);
  });

  it('is seen through a script that calls it and does nothing else', () => {
    expect(expand('yarn build:packages', { 'build:packages': 'lerna run build' })).toEqual(each);
  });

  it.each([
    'lerna run build --scope=app',
    'lerna run build --since main',
    'npm run build --workspace packages/app',
    "pnpm -r --filter='!website' run build",
    'pnpm --filter app build',
    "yarn workspaces foreach -A --include '@a/*' run build",
    'turbo run build',
    'lerna run build && node finish.js',
    'NODE_ENV=production lerna run build',
    'lerna run compile',
    'tsc -b',
    'npm run build',
  ])('stays as it is where it is another thing: %s', (script) => {
    expect(expand(script)).toEqual(['npm run build']);
  });

  it('stays as it is where a script before it does more', () => {
    expect(expand('lerna run build', { prebuild: 'node generate.js' })).toEqual(['npm run build']);
  });
});
