import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PackageManager } from '../../../src/core/environment.ts';
import { emptyPlan } from '../../../src/environment/detect/plans.ts';
import { findUnfetchable } from '../../../src/environment/node/unfetchable.ts';
import { install } from '../../../src/environment/prepare/install.ts';
import { findRemedy } from '../../../src/environment/prepare/remedies.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { testSandbox } from '../../support/sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

async function inRepository(files: Record<string, string>): Promise<void> {
  await sandbox.run({ script: 'rm -rf /workspace/* /workspace/.git && git init -q', timeoutSeconds: 20 });
  for (const [path, text] of Object.entries(files)) {
    const script = `mkdir -p "$(dirname ${path})" && cat > ${path} && git add ${path}`;
    await sandbox.run({ script, input: Buffer.from(text), timeoutSeconds: 20 });
  }
}

/** A registry with one package, as npm asks it for what is known of that. */
async function serveRelease(release: { name: string; version: string; repository: string }): Promise<void> {
  const { name, version, repository } = release;
  const versions = { [version]: { name, version, repository: { type: 'git', url: repository } } };
  const text = JSON.stringify({ name, 'dist-tags': { latest: version }, versions });
  const server = `require('node:http').createServer((_, to) => to.end(${JSON.stringify(text)}))`;
  const script = [
    'grep -qs ready /tmp/registry.log && exit', // another test has begun it
    'cat > /tmp/registry.cjs && { setsid node /tmp/registry.cjs < /dev/null > /tmp/registry.log 2>&1 & }',
    'until grep -q ready /tmp/registry.log; do :; done',
    // the sandbox's npm is offline: it answers from what it has kept
    `npm view ${name} --offline=false --registry=http://127.0.0.1:4873/`,
  ].join('\n');
  const input = Buffer.from(`${server}.listen(4873, '127.0.0.1', () => console.log('ready'))`);
  await sandbox.run({ script, input, timeoutSeconds: 20 });
}

async function read(path: string): Promise<string> {
  return (await sandbox.run({ script: `cat ${path}`, timeoutSeconds: 20 })).head.toString('utf8');
}

const remedy = (manager: PackageManager, command: string, said: string) =>
  findRemedy(sandbox, { manager, command, said, setup: [] });

describe('findRemedy', () => {
  it.each<[string, PackageManager, string, string, string]>([
    [
      'a conflict of peer dependencies',
      'npm',
      'npm ci',
      'npm error code ERESOLVE\nnpm error ERESOLVE could not resolve',
      'npm ci --legacy-peer-deps',
    ],
    [
      'a lock file that does not fit',
      'npm',
      'npm ci --no-audit',
      'npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.',
      'npm install --no-package-lock --no-audit',
    ],
    [
      'other bytes than a lock file names',
      'npm',
      'npm ci',
      'npm error code EINTEGRITY\nnpm error sha512-AA== integrity checksum failed',
      'npm install --no-package-lock',
    ],
    [
      'a script of the repository that fails, as older npm tells it',
      'npm',
      'npm install',
      'npm ERR! code 1\nnpm ERR! path /workspace\nnpm ERR! command failed\nnpm ERR! command sh -c -- npm run compile',
      'npm install --ignore-scripts && (npm rebuild || true)',
    ],
    [
      'an outdated pnpm lock file',
      'pnpm',
      'pnpm install --frozen-lockfile',
      ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"',
      'pnpm install --no-frozen-lockfile',
    ],
    [
      'build scripts that pnpm refuses',
      'pnpm',
      'pnpm install --frozen-lockfile',
      'ERR_PNPM_IGNORED_BUILDS  Ignored build scripts: esbuild',
      'pnpm install --frozen-lockfile --config.dangerouslyAllowAllBuilds=true',
    ],
    [
      'ages of dependencies that cannot be found out',
      'pnpm',
      'pnpm install --frozen-lockfile',
      '✗ Lockfile failed supply-chain policy check (1432 entries in 31.9s)\n[ERR_PNPM_FETCH_404] GET https://registry.example/gone: Not Found - 404',
      'pnpm install --frozen-lockfile --config.minimumReleaseAge=0',
    ],
    [
      'a yarn lock file that would change',
      'yarn',
      'yarn install --frozen-lockfile',
      'error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.',
      'yarn install',
    ],
    [
      'a broken yarn lock file',
      'yarn',
      'yarn install --frozen-lockfile',
      'SyntaxError: Unknown token: { line: 3 } in /workspace/yarn.lock',
      'yarn install --no-lockfile',
    ],
    [
      'a lock file that yarn berry cannot read',
      'yarn',
      'yarn install --immutable',
      'YAMLException: incomplete explicit mapping pair at line 3, column 6:\n    :::  : [',
      'rm -f yarn.lock && yarn install',
    ],
    [
      'a lock file with the marks of a conflict',
      'yarn',
      'cd web && yarn install',
      '➤ YN0083: Git returned an error when trying to find the commits pertaining to the conflict',
      'cd web && rm -f yarn.lock && yarn install',
    ],
    [
      'a lock file that pnpm cannot read',
      'pnpm',
      'pnpm install --frozen-lockfile',
      ' ERR_PNPM_BROKEN_LOCKFILE  The lockfile at "/workspace/pnpm-lock.yaml" is broken: can not read a block mapping entry',
      'pnpm install --no-frozen-lockfile',
    ],
    [
      'a lock file that npm cannot read',
      'npm',
      'npm ci',
      'npm error code EUSAGE\nnpm error\nnpm error The `npm ci` command can only install with an existing package-lock.json or',
      'npm install --no-package-lock',
    ],
    [
      'a lock file that bun cannot read',
      'bun',
      'bun install --frozen-lockfile',
      "error: Unsupported syntax: Operators are not allowed in JSON\nSyntaxError: failed to parse lockfile: 'bun.lock'",
      'bun install',
    ],
    [
      'a git dependency that yarn does not approve',
      'yarn',
      'yarn install --immutable',
      '➤ YN0080: │ x@https://github.com/a/x.git: blocked by approvedGitRepositories',
      "YARN_APPROVED_GIT_REPOSITORIES='**' yarn install --immutable",
    ],
    [
      'another Node version that a dependency wants',
      'yarn',
      'yarn install',
      'error x@1.0.0: The engine "node" is incompatible with this module.',
      'yarn install --ignore-engines',
    ],
    [
      'a bun lock file that would change',
      'bun',
      'bun install --frozen-lockfile',
      'error: lockfile had changes, but lockfile is frozen',
      'bun install',
    ],
    [
      'an install script that fails',
      'npm',
      'npm ci',
      'npm error command failed\nnpm error command sh -c node-gyp rebuild',
      'npm ci --ignore-scripts',
    ],
    [
      'a build of a dependency that yarn runs',
      'yarn',
      'yarn install --immutable',
      "➤ YN0009: │ sharp@npm:0.30 couldn't be built successfully",
      'yarn install --immutable --mode=skip-build',
    ],
    [
      'a connection that broke',
      'pip',
      'uv pip install six',
      'Connection reset by peer',
      'sleep 5; uv pip install six',
    ],
  ])('knows what to do about %s', async (_what, manager, command, said, next) => {
    expect((await remedy(manager, command, said))?.command).toBe(next);
  });

  it('gives up when a remedy was of no use', async () => {
    expect(await remedy('npm', 'npm ci --legacy-peer-deps', 'npm error code ERESOLVE')).toBeNull();
    expect(await remedy('npm', 'npm ci --ignore-scripts', 'npm error command failed')).toBeNull();
  });

  it('knows nothing about words that it never read', async () => {
    expect(await remedy('npm', 'npm ci', 'npm error something unheard of')).toBeNull();
    expect(await remedy('none', 'make deps', 'make: *** No rule')).toBeNull();
  });

  it('leaves a dependency out of every manifest that names it', async () => {
    await inRepository({
      'package.json': '{"devDependencies":{"gone":"^1.0.0","kept":"1"}}',
      'packages/a/package.json': '{"dependencies":{"gone":"*"}}',
    });
    const found = await remedy(
      'npm',
      'npm ci',
      "npm error 404 Not Found - GET https://example.com/gone - Not found\nnpm error 404  The requested resource 'gone@^1.0.0' could not be found",
    );
    expect(found).toEqual({
      command: 'npm install',
      note: 'gone cannot be fetched (it is not in the registry): left out',
      leftOut: { name: 'gone', why: 'it is not in the registry; left out' },
    });
    expect(JSON.parse(await read('package.json'))).toEqual({ devDependencies: { kept: '1' } });
    expect(JSON.parse(await read('packages/a/package.json'))).toEqual({ dependencies: {} });
  });

  it.each<[PackageManager, string, (manifest: Record<string, never>) => unknown]>([
    ['npm', 'npm ci', (manifest) => manifest.overrides],
    ['yarn', 'yarn install --frozen-lockfile', (manifest) => manifest.resolutions],
  ])(
    'puts an empty package in the place of a dependency of a dependency, for %s, once',
    async (manager, command, part) => {
      await inRepository({ 'package.json': '{"dependencies":{"other":"1"}}' });
      const said = "The requested resource 'deep@2' could not be found";
      const first = await remedy(manager, command, said);
      expect(first?.leftOut?.why).toContain('an empty package stands in for it');
      expect(part(JSON.parse(await read('package.json')))).toEqual({
        deep: expect.stringMatching(/^file:.*empty-package$/),
      });
      expect(await remedy(manager, command, said)).toBeNull();
    },
  );

  it('installs without a lock file of npm that asks for what no manifest does', async () => {
    await inRepository({ 'package.json': '{"devDependencies":{"gone":"1"}}', 'package-lock.json': '{}' });
    const said = "The requested resource 'gone@1' could not be found";
    expect((await remedy('npm', 'npm ci --legacy-peer-deps', said))?.command).toBe(
      'npm install --legacy-peer-deps',
    );
    expect((await remedy('npm', 'npm install', said))?.command).toBe('npm install --no-package-lock');
    expect(await remedy('npm', 'npm install --no-package-lock', said)).toBeNull();
  });

  it('takes what a script of a dependency cannot fetch for no dependency', async () => {
    await inRepository({ 'package.json': '{}' });
    const said =
      "npm error path /workspace/node_modules/a\nnpm error command sh -c ./build.sh\nnpm error fatal: unable to access 'https://git.example/b/c/': no route";
    expect((await remedy('npm', 'npm ci', said))?.command).toBe('npm ci --ignore-scripts');
  });

  it('uses the release of what cannot be had from a git host, where that comes from the same repository', async () => {
    await serveRelease({
      name: 'tool',
      version: '2.1.0',
      repository: 'https://github.com/Someone/tool-repo',
    });
    const asking = async (from: string, owner = 'someone') => {
      const said = `fatal: unable to access 'https://github.com/${owner}/tool-repo.git/': no route`;
      await inRepository({
        'package.json': JSON.stringify({ devDependencies: { tool: from } }),
        '.npmrc': 'registry=http://127.0.0.1:4873/',
      });
      const note = (await remedy('npm', 'npm ci', said))?.note.replace(/.*: /, '');
      return [note, JSON.parse(await read('package.json')).devDependencies.tool];
    };
    expect(await asking('github:someone/tool-repo')).toEqual(['its release 2.1.0 is used instead', '2.1.0']);
    expect(await asking('git+https://github.com/someone/tool-repo.git#v1.9.3')).toEqual([
      'its release 1.9.3 is used instead',
      '1.9.3',
    ]);
    expect(await asking('other/tool-repo', 'other')).toEqual(['left out', undefined]);
  });

  it('asks the registry that the installation asks', async () => {
    await serveRelease({
      name: 'tool',
      version: '2.1.0',
      repository: 'https://github.com/Someone/tool-repo',
    });
    await inRepository({ 'package.json': '{"devDependencies":{"tool":"github:someone/tool-repo"}}' });
    const said = "fatal: unable to access 'https://github.com/someone/tool-repo.git/': no route";
    const command = `grep -q 2.1.0 package.json || { echo "${said}"; exit 1; }`;
    const plan = { ...emptyPlan, packageManager: 'npm' as const, install: [command] };
    const variables = { npm_config_registry: 'http://127.0.0.1:4873/', npm_config_offline: 'false' };
    const followed = { shell: sandbox, say() {}, signal: new AbortController().signal };
    const installed = await install(followed, plan, { variables });
    expect(installed).toMatchObject({
      leftOut: [{ name: 'tool', why: expect.stringContaining('its release 2.1.0') }],
    });
  });

  it('uses the published package where the lock file tells its name', async () => {
    await inRepository({
      'package.json': '{"dependencies":{"other":"1"}}',
      'package-lock.json': JSON.stringify({
        packages: { 'node_modules/deep': { name: '@scope/deep', version: '2.1.0' } },
      }),
    });
    const found = await remedy('npm', 'npm ci', "The requested resource 'deep@2' could not be found");
    expect(found?.leftOut?.why).toContain('@scope/deep@2.1.0 is used instead');
  });
});

describe('findUnfetchable', () => {
  it.each([
    [
      'npm: no package',
      "npm error 404  'left-out@1.0.0' is not in this registry.\nThe requested resource 'left-out@1.0.0' could not be found",
      'left-out',
    ],
    ['npm: no package of a scope', "The requested resource '@scope/pkg@^2' could not be found", '@scope/pkg'],
    ['npm: no version', 'npm error notarget No matching version found for left-out@99.0.0.', 'left-out'],
    [
      'pnpm: no package',
      ' ERR_PNPM_FETCH_404  GET https://example.com/left-out: Not Found - 404',
      'left-out',
    ],
    [
      'pnpm: no archive',
      'ERR_PNPM_FETCH_404  GET https://example.com/left-out/-/left-out-0.8.4.tgz: Not Found - 404',
      'left-out',
    ],
    [
      'pnpm: no archive of a scope',
      'GET https://example.com/npm/@s/pkg/-/pkg-1.0.0.tgz: Not Found - 404',
      '@s/pkg',
    ],
    [
      'pnpm: an escaped scope',
      'ERR_PNPM_FETCH_404  GET https://example.com/@scope%2Fpkg: Not Found - 404',
      '@scope/pkg',
    ],
    [
      'yarn: no package',
      'error Couldn\'t find package "left-out@^1.0.0" required by "x" on the "npm" registry.',
      'left-out',
    ],
    ['yarn: no version', 'Couldn\'t find any versions for "left-out" that matches "99"', 'left-out'],
    ['yarn berry: no package', '➤ YN0035: │ left-out@npm:^1.0.0: Package not found', 'left-out'],
    ['yarn berry: no candidates', '➤ YN0082: │ left-out@npm:99: No candidates found', 'left-out'],
    [
      'bun: no version',
      'error: No version matching "^99" found for specifier "left-out" (but package exists)',
      'left-out',
    ],
    ['bun: not resolved', 'error: left-out@^1.0.0 failed to resolve', 'left-out'],
  ])('reads from the words of %s which one it is', async (_who, said, name) => {
    expect(await findUnfetchable(sandbox, said)).toMatchObject({ name });
  });

  it.each<[string, string]>([
    [
      'pnpm',
      ' ERR_PNPM_FETCH_401  GET http://127.0.0.1:4873/@acme%2Fsecret: Unauthorized - 401\n\nThis error',
    ],
    [
      'yarn',
      '[1/4] Resolving packages...\nerror Error: http://127.0.0.1:4873/@acme%2fsecret: unauthorized\n    at x',
    ],
    ['yarn berry', '➤ YN0041: │ @acme/secret@npm:^1.0.0: Invalid authentication (as an anonymous user)'],
    [
      'bun',
      'error: GET http://127.0.0.1:4873/@acme%2fsecret - 401\nerror: @acme/secret@^1.0.0 failed to resolve',
    ],
  ])('says with %s that a private registry asks for a login', async (_who, said) => {
    expect(await findUnfetchable(sandbox, said)).toEqual({
      name: '@acme/secret',
      why: 'its registry asks for a login, which AI_FIX_REGISTRIES can give',
    });
  });

  it('finds in the log of npm, which does not say it, what a private registry refused', async () => {
    const log = '12 http fetch GET 401 http://127.0.0.1:4873/@acme%2fsecret 5ms (cache skip)\n';
    const script = 'mkdir -p ~/.npm/_logs && cat > ~/.npm/_logs/z.log';
    await sandbox.run({ script, input: Buffer.from(log), timeoutSeconds: 20 });
    const said = 'npm error code E401\nnpm error Unable to authenticate, your token seems to be invalid.';
    expect(await findUnfetchable(sandbox, said)).toEqual({
      name: '@acme/secret',
      why: 'its registry asks for a login, which AI_FIX_REGISTRIES can give',
    });
    await sandbox.run({ script: 'rm ~/.npm/_logs/z.log', timeoutSeconds: 20 });
  });

  it('says of a package in a scope that is not there that it may be one that not all may see', async () => {
    const said = "The requested resource '@acme/secret@^1' could not be found";
    expect((await findUnfetchable(sandbox, said))?.why).toMatch(/none of that name, or .*AI_FIX_REGISTRIES/);
  });

  it('looks up in the manifest which dependency an address belongs to', async () => {
    await inRepository({
      'package.json': '{"dependencies":{"my-fork":"git+https://github.com/Someone/Original.git#main"}}',
    });
    const said = "fatal: unable to access 'https://github.com/someone/original.git/': Could not resolve host";
    expect(await findUnfetchable(sandbox, said)).toEqual({
      name: 'my-fork',
      why: 'https://github.com/someone/original.git/ cannot be reached',
    });
  });

  it('looks it up in the lock file as well', async () => {
    await inRepository({
      'package.json': '{}',
      'yarn.lock': '"deep@git+https://github.com/someone/original.git":\n  version "1.0.0"\n',
    });
    const said = "fatal: unable to access 'https://github.com/someone/original.git/': Could not resolve host";
    expect(await findUnfetchable(sandbox, said)).toMatchObject({ name: 'deep' });
  });

  it('takes a repository that nothing names to be called like its package', async () => {
    await inRepository({ 'package.json': '{}' });
    const said =
      'npm error code 128\nnpm error git dep preparation failed\nls-remote ssh://git@github.com/someone/left-out.git';
    expect(await findUnfetchable(sandbox, said)).toMatchObject({ name: 'left-out' });
  });

  it('blames no package when nothing can be reached', async () => {
    await inRepository({ 'package.json': '{}', '.npmrc': 'registry=https://registry.example.com/' });
    const said =
      'npm error request to https://registry.example.com/left-out failed, reason: connect ECONNREFUSED';
    expect(await findUnfetchable(sandbox, said)).toBeNull();
    expect(await findUnfetchable(sandbox, 'npm error something else')).toBeNull();
  });
});
