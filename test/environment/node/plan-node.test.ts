import { describe, expect, it } from 'vitest';
import type { EnvironmentPlan } from '../../../src/core/environment.ts';
import { planNode } from '../../../src/environment/node/plan-node.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

type Manifest = Record<string, unknown>;

async function plan(
  manifest: Manifest,
  more: Record<string, string | Manifest> = {},
): Promise<EnvironmentPlan> {
  const files = { 'package.json': manifest, ...more };
  const texts = Object.entries(files).map(([path, content]) => [
    path,
    typeof content === 'string' ? content : JSON.stringify(content),
  ]);
  return (await planNode(repositoryFiles(Object.fromEntries(texts)))) as EnvironmentPlan;
}

const mocha = { scripts: { test: 'mocha' } };

describe('planNode', () => {
  it('is not for a repository without package.json at its root', async () => {
    expect(await planNode(repositoryFiles({ 'docs/package.json': '{}' }))).toBeNull();
  });

  it('is whole for the simplest of repositories', async () => {
    expect(await plan(mocha)).toEqual({
      summary: 'Node 24, npm, mocha',
      keyFiles: [
        'package.json',
        '.npmrc',
        '.yarnrc.yml',
        'pnpm-workspace.yaml',
        'bunfig.toml',
        '.pnpmfile.cjs',
        '.taprc',
      ],
      packageManager: 'npm',
      setup: [],
      install: ['npm install'],
      build: [],
      tests: [{ runner: 'mocha', directory: '', options: [], targets: [], env: {} }],
      env: {},
    });
  });

  it.each<[string, Manifest, Record<string, string>, string[]]>([
    ['npm with a lock file', {}, { 'package-lock.json': '{}' }, ['npm ci']],
    [
      'pnpm with a lock file',
      { packageManager: 'pnpm@9.6.0+sha512.abc' },
      { 'pnpm-lock.yaml': "lockfileVersion: '9.0'" },
      ['npm install --global --prefix ~/.local pnpm@9.6.0', 'pnpm install --frozen-lockfile'],
    ],
    [
      'pnpm without one',
      { packageManager: 'pnpm@10.0.0' },
      {},
      ['npm install --global --prefix ~/.local pnpm@10.0.0', 'pnpm install --no-lockfile'],
    ],
    [
      'yarn 1',
      {},
      { 'yarn.lock': '# yarn lockfile v1\n' },
      ['npm install --global --prefix ~/.local yarn@1.22.22', 'yarn install --frozen-lockfile'],
    ],
    [
      'yarn berry',
      { packageManager: 'yarn@4.5.0' },
      { 'yarn.lock': '__metadata:\n' },
      ['npm install --global --prefix ~/.local @yarnpkg/cli-dist@4.5.0', 'yarn install --immutable'],
    ],
    [
      'yarn berry without a lock file',
      { packageManager: 'yarn@4.5.0' },
      {},
      ['npm install --global --prefix ~/.local @yarnpkg/cli-dist@4.5.0', 'yarn install'],
    ],
    [
      'bun',
      { packageManager: 'bun@1.2.20' },
      { 'bun.lock': '{}' },
      ['npm install --global --prefix ~/.local bun@1.2.20', 'bun install --frozen-lockfile'],
    ],
  ])('installs with %s', async (_what, manifest, files, install) => {
    expect((await plan({ ...mocha, ...manifest }, files)).install).toEqual(install);
  });

  it('has pnpm keep to the version that is installed, and yarn berry put packages where programs are found', async () => {
    expect((await plan({ ...mocha, packageManager: 'pnpm@9.6.0' })).env).toEqual({
      npm_config_manage_package_manager_versions: 'false',
    });
    expect((await plan({ ...mocha, packageManager: 'yarn@3.8.0' })).env).toEqual({
      YARN_NODE_LINKER: 'node-modules',
    });
    expect((await plan({ ...mocha, packageManager: 'yarn@1.22.0' })).env).toEqual({});
  });

  it('installs Bun for its runner, where it is not the package manager', async () => {
    const scripts = { test: 'bun test' };
    expect((await plan({ scripts })).install).toEqual([
      'npm install',
      'npm install --global --prefix ~/.local bun@1',
    ]);
    expect((await plan({ scripts, packageManager: 'bun@1.2.0' })).install).toHaveLength(2);
  });

  it('has tap make its copy with the plugins while there is a network', async () => {
    const scripts = { test: 'tap' };
    const withPlugins = ['npm install', 'npx tap build'];
    expect((await plan({ scripts, tap: { plugin: ['@tapjs/clock'] } })).install).toEqual(withPlugins);
    expect((await plan({ scripts }, { '.taprc': 'jobs: 1\nplugin:\n  - "!@tapjs/mock"\n' })).install).toEqual(
      withPlugins,
    );
    expect((await plan({ scripts, tap: { jobs: 1 } }, { '.taprc': '# plugin: x\n' })).install).toEqual([
      'npm install',
    ]);
    expect((await plan({ ...mocha, tap: { plugin: ['x'] } })).install).toEqual(['npm install']);
  });

  it('names manager and runners for people', async () => {
    const scripts = { test: 'vitest && node --test && vitest e2e' };
    expect((await plan({ scripts, packageManager: 'pnpm@10.12.1' })).summary).toBe(
      'Node 24, pnpm 10.12.1, vitest, node-test',
    );
  });

  it('builds and tests the packages of a monorepo after those that they depend on', async () => {
    const scripts = { pretest: 'tsc', test: 'mocha' };
    const found = await plan(
      { scripts: { test: 'lerna run test' } },
      {
        'lerna.json': '{ "packages": ["packages/*"] }',
        'packages/a/package.json': { name: '@x/a', scripts, dependencies: { '@x/b': '*', left: '1' } },
        'packages/b/package.json': { name: '@x/b', scripts, devDependencies: { '@x/c': '*' } },
        'packages/c/package.json': { name: '@x/c', scripts, dependencies: { '@x/a': '*' } },
      },
    );
    expect(found.build).toEqual(['c', 'b', 'a'].map((name) => `cd packages/${name} && tsc`));
    expect(found.tests.map(({ directory }) => directory)).toEqual(['packages/c', 'packages/b', 'packages/a']);
  });

  it('finds scripts of other names in the packages of a monorepo before it looks for them at the root', async () => {
    const root = { scripts: { 'test:workflows': 'node --test scripts' } };
    const packages = { 'pnpm-workspace.yaml': 'packages: [packages/*]' };
    const member = { 'packages/a/package.json': { scripts: { 'test:lib': 'vitest' } } };
    const placesOf = async (files: Record<string, string | Manifest>, test = 'nx run-many -t test:lib') =>
      (await plan({ scripts: { ...root.scripts, test } }, files)).tests.map(({ runner, directory }) => [
        runner,
        directory,
      ]);
    expect(await placesOf({ ...packages, ...member })).toEqual([['vitest', 'packages/a']]);
    expect(await placesOf(packages)).toEqual([['node-test', '']]);
    expect(await placesOf({ ...packages, ...member }, 'node bin/all.js')).toEqual([['node-test', '']]);
  });

  it('takes a script `test` with a runner that it does not know by its exit code', async () => {
    const tests = [{ runner: 'command', directory: '', options: ['pnpm run test'], targets: [], env: {} }];
    const manifest = { scripts: { test: 'karma start' }, packageManager: 'pnpm@10.0.0' };
    expect((await plan(manifest)).tests).toEqual(tests);
    const placeholder = { scripts: { test: 'echo "Error: no test specified" && exit 1' } };
    expect((await plan(placeholder)).tests).toEqual([]);
  });

  describe('for a package.json with mistakes', () => {
    it.each(['{', '', '[]', 'null', '"text"', '{"scripts": {"test": "mocha"}} x'])(
      'refuses %j by name',
      async (text) => {
        await expect(planNode(repositoryFiles({ 'package.json': text }))).rejects.toMatchObject({
          code: 'no_environment',
          message: expect.stringContaining('package.json cannot be read as JSON'),
        });
      },
    );

    it('passes over fields of the wrong type, as npm does', async () => {
      const found = await plan({
        ...mocha,
        name: 7,
        main: [],
        workspaces: 'x',
        dependencies: [],
        packageManager: {},
      });
      expect(found.tests).toHaveLength(1);
      expect(found.install).toEqual(['npm install']);
    });

    it('reads one that begins with a byte order mark', async () => {
      const found = await planNode(repositoryFiles({ 'package.json': `\uFEFF${JSON.stringify(mocha)}` }));
      expect(found?.tests).toHaveLength(1);
    });
  });

  describe('of a monorepo', () => {
    const member = (test: string, more: Manifest = {}): Manifest => ({ scripts: { test }, ...more });
    const members = {
      'packages/a/package.json': member('vitest run'),
      'packages/b/package.json': member('npm run build && mocha test', {
        scripts: { test: 'npm run build && mocha test', build: 'tsc' },
      }),
      'packages/c d/package.json': member('cd lib && tsc && cd .. && ava'),
      'packages/none/package.json': { name: 'none' },
      'packages/a/node_modules/x/package.json': member('jest'),
      'packages/a/test/fixtures/package.json': member('jest'),
      'other/package.json': member('jest'),
    };
    const directories = (found: EnvironmentPlan) => found.tests.map((test) => test.directory);

    it.each<[string, Manifest, Record<string, string>]>([
      ['a list', { workspaces: ['packages/*'] }, {}],
      ['an object', { workspaces: { packages: ['packages/*'], nohoist: ['**'] } }, {}],
      ['paths with dots and slashes', { workspaces: ['./packages/*/'] }, {}],
      ['pnpm-workspace.yaml', {}, { 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' }],
    ])('tests the packages that it names by %s, each in its directory', async (_what, manifest, files) => {
      const found = await plan(manifest, { ...members, ...files });
      expect(found.tests).toEqual([
        { runner: 'vitest', directory: 'packages/a', options: [], targets: [], env: {} },
        { runner: 'mocha', directory: 'packages/b', options: [], targets: ['test'], env: {} },
        { runner: 'ava', directory: 'packages/c d', options: [], targets: [], env: {} },
      ]);
      expect(found.build).toEqual(['cd packages/b && npm run build', "cd 'packages/c d' && cd lib && tsc"]);
    });

    it('leaves out what pnpm-workspace.yaml excludes', async () => {
      const yaml = "packages:\n  - 'packages/**'\n  - '!**/fixtures'\n  - '!packages/b'\n";
      const found = await plan({}, { ...members, 'pnpm-workspace.yaml': yaml });
      expect(directories(found)).toEqual(['packages/a', 'packages/c d']);
    });

    it("prefers the root's own tests, whatever is wrong with the manifest of a package then", async () => {
      const files = { ...members, 'packages/c d/package.json': '{' };
      const found = await plan({ workspaces: ['packages/*'], ...mocha }, files);
      expect(directories(found)).toEqual(['']);
    });

    it('has each of them built where a script of the root builds all', async () => {
      const built = { 'packages/b/package.json': '{ "scripts": { "build": "tsc" } }' };
      const scripts = { build: 'lerna run build', test: 'npm run build && mocha' };
      const found = await plan({ workspaces: ['packages/*'], scripts }, { ...members, ...built });
      expect(found.build).toEqual(['cd packages/b && npm run build']);
    });

    it('leaves out packages that only show how the others are used', async () => {
      const demo = {
        'demo/cjs/package.json': '{ "scripts": { "build": "tsc", "test": "npm run build && mocha" } }',
      };
      const found = await plan({ workspaces: ['packages/*', 'demo/*'] }, { ...members, ...demo });
      expect(found.tests.map(({ directory }) => directory)).not.toContain('demo/cjs');
      const alone = await plan({ workspaces: ['demo/*'] }, demo);
      expect(alone.tests.map(({ directory }) => directory)).toEqual(['demo/cjs']);
    });

    it.each(['npm test --workspaces', 'pnpm -r test', 'turbo run test', 'lerna run test'])(
      'goes to the packages for `%s`',
      async (test) => {
        const found = await plan({ workspaces: ['packages/*'], scripts: { test } }, members);
        expect(directories(found)).toEqual(['packages/a', 'packages/b', 'packages/c d']);
      },
    );

    it("makes the packages' manifests count for what is installed", async () => {
      const found = await plan({ workspaces: ['packages/a', 'packages/none'] }, members);
      expect(found.keyFiles).toContain('packages/a/package.json');
      expect(found.keyFiles).toContain('packages/none/package.json');
      expect(found.keyFiles).not.toContain('other/package.json');
    });

    it.each(['packages: [', 'packages: all', '- a', 'packages:\n  - 7'])(
      'refuses a pnpm-workspace.yaml with mistakes: %j',
      async (yaml) => {
        await expect(plan({}, { 'pnpm-workspace.yaml': yaml })).rejects.toMatchObject({
          code: 'no_environment',
          message: expect.stringContaining('pnpm-workspace.yaml cannot be read as YAML'),
        });
      },
    );

    it.each(['', 'onlyBuiltDependencies:\n  - esbuild\n', 'packages:\n'])(
      'takes a pnpm-workspace.yaml without packages for settings only: %j',
      async (yaml) => {
        expect((await plan(mocha, { 'pnpm-workspace.yaml': yaml })).tests).toHaveLength(1);
      },
    );

    it('refuses a package whose manifest cannot be read, by its path', async () => {
      const broken = { ...members, 'packages/b/package.json': '{' };
      await expect(plan({ workspaces: ['packages/*'] }, broken)).rejects.toThrow(
        /^packages\/b\/package\.json cannot/,
      );
    });
  });

  describe('for tests that no script names', () => {
    it.each<[string, Manifest]>([
      ['devDependencies', { devDependencies: { vitest: '^4.0.0' } }],
      ['dependencies', { dependencies: { jest: '^30.0.0' } }],
    ])('takes the runner among the %s', async (_group, manifest) => {
      const runner = Object.keys(Object.values(manifest)[0] as object)[0];
      expect((await plan(manifest)).tests).toEqual([
        { runner, directory: '', options: [], targets: [], env: {} },
      ]);
    });

    it('takes the runner among the dependencies where the script calls one that is not known', async () => {
      const found = await plan({
        scripts: { test: 'karma start' },
        devDependencies: { karma: '6', mocha: '11' },
      });
      expect(found.tests.map((test) => test.runner)).toEqual(['mocha']);
    });

    it.each([
      ['jest', 'jest.config.js'],
      ['vitest', 'vitest.config.mts'],
      ['mocha', '.mocharc.yml'],
      ['ava', 'ava.config.js'],
    ])('takes %s, which comes with another package, where %s is there', async (runner, path) => {
      const found = async (file: string) =>
        (await plan({ scripts: { test: 'kcd-scripts test' } }, { [file]: '' })).tests.map(
          (test) => test.runner,
        );
      expect(await found(path)).toEqual([runner]);
      expect(await found(`examples/${path}`)).toEqual(['command']);
    });

    it('names the places of test files to tape, which does not find them', async () => {
      const files = { 'test/a.js': '', 'test/deep/b.mjs': '', 'index.js': '', 'test/data.json': '' };
      expect((await plan({ devDependencies: { tape: '5' } }, files)).tests[0]?.targets).toEqual([
        'test/*.js',
        'test/deep/*.mjs',
      ]);
    });

    it('takes node --test where there are test files and no runner', async () => {
      const found = await plan({ scripts: { test: 'node test/all.js' } }, { 'test/all.js': '' });
      expect(found.tests).toMatchObject([{ runner: 'node-test', targets: [] }]);
    });

    it("keeps data of tests and benchmarks from Node's runner, which would take all in a directory called test", async () => {
      const files = {
        'test/run.js': '',
        'test/bench/fixtures/a.js': '',
        'src/a.test.js': '',
        'src/b.js': '',
      };
      const found = await plan({ scripts: { test: 'node test/run.js' } }, files);
      expect(found.tests[0]?.targets).toEqual(['src/*.test.js', 'test/*.js']);
    });

    it('has no tests where nothing tells of any', async () => {
      expect((await plan({ devDependencies: { eslint: '9' } }, { 'index.js': '' })).tests).toEqual([]);
    });
  });
});
