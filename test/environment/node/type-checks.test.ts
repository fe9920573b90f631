import { describe, expect, it } from 'vitest';
import { withoutTypeChecks } from '../../../src/environment/node/type-checks.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

describe('withoutTypeChecks', () => {
  const files = {
    'tsconfig.json': '{\n  // no output\n  "compilerOptions": { "noEmit": true },\n}',
    'tsconfig.build.json': '{ "extends": "./tsconfig.json", "compilerOptions": { "noEmit": false } }',
    'tsconfig.test.json': '{ "extends": "./tsconfig" }',
    'tsconfig.many.json': '{ "extends": ["some-package/tsconfig.json", "./tsconfig.test.json"] }',
    'tsconfig.own.json': '{ "compilerOptions": { "outDir": "dist" } }',
    'tsconfig.commented.json': '{ "compilerOptions": { /* "noEmit": true, */ "outDir": "dist" } }',
    'tsconfig.package.json': '{ "extends": "some-package/tsconfig.json" }',
    'packages/a/tsconfig.json': '{ "extends": "../../tsconfig.json" }',
    'packages/b/tsconfig.json': '{}',
    'tsconfig.loop.json': '{ "extends": "./tsconfig.loop.json" }',
  };

  it.each([
    'tsc',
    'tsc -p tsconfig.json',
    'tsc --project ./tsconfig.test.json',
    'tsc -p tsconfig.many.json',
    'tsc --project=tsconfig.test.json --pretty',
    'tsc -p packages/a',
    'cd packages/a && tsc',
    'NODE_ENV=test tsc',
  ])('leaves out `%s`, which emits nothing', async (command) => {
    expect(await withoutTypeChecks([command, 'npm run build'], repositoryFiles(files))).toEqual([
      'npm run build',
    ]);
  });

  it.each([
    'tsc -p tsconfig.build.json',
    'tsc -p tsconfig.own.json',
    'tsc -p tsconfig.commented.json',
    'tsc -p tsconfig.package.json',
    'tsc -p missing.json',
    'tsc -p tsconfig.loop.json',
    'cd packages/b && tsc',
    'tsc -p packages/b',
    'rollup -c -p tsconfig.json',
    'tscx',
    'npm run tsc',
  ])('keeps `%s`', async (command) => {
    expect(await withoutTypeChecks([command], repositoryFiles(files))).toEqual([command]);
  });
});
