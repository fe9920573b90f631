import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/core/diagnosis.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { removeEnvironments } from '../support/environments.ts';
import { startCli } from '../support/fix.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';
import { testEngine } from '../support/sandbox.ts';

let scratch: string;
const images = new Set<string>();

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-bad-input-'));
});
afterAll(async () => {
  await removeEnvironments(images);
  await rm(scratch, { recursive: true, force: true });
});

async function examine({ directory }: TestRepository): Promise<Diagnosis> {
  const { stdout } = await startCli(['doctor', '--json', '--repo', directory], {
    AI_FIX_DATA_DIR: join(scratch, 'data'),
  }).ended;
  const lines = stdout.trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as RunEvent | ({ type: 'doctor' } & Diagnosis));
  for (const event of events) if (event.type === 'environment_ready') images.add(event.image);
  return events.at(-1) as Diagnosis;
}

const scripts = { test: 'node --test' };
const passing = "require('node:test').test('works', () => {});\n";

describe('a repository', () => {
  it('with a broken lock file and a dependency that is gone is installed without them, and both are told', async () => {
    await using registry = await startEmptyRegistry();
    await using repository = await createRepository();
    await repository.commit({
      'package.json': JSON.stringify({ scripts, dependencies: { 'gone-since': '^1.0.0' } }),
      'package-lock.json': '{ "lockfileVersion": 3, <<<<<<< HEAD',
      '.npmrc': `registry=http://${registry.host}/\n`,
      'a.test.js': passing,
    });
    const { environment, sane } = await examine(repository);
    expect(sane).toBe(true);
    expect(environment?.leftOut).toMatchObject([{ name: 'gone-since' }]);
    expect(environment?.notes).toContainEqual(
      expect.stringContaining('package-lock.json is broken or does not fit'),
    );
  });

  it('whose tests need what no sandbox has is told so, need by need', async () => {
    await using repository = await createRepository();
    const test = (name: string, body: string) => `test('${name}', async () => { ${body} });\n`;
    await repository.commit({
      'package.json': JSON.stringify({ scripts }),
      'needs.test.js': [
        "const { test } = require('node:test');\n",
        test('display', "throw new Error('cannot open display: ' + process.env.DISPLAY);"),
        test(
          'database',
          "await require('node:timers/promises').setTimeout(1); await new Promise((_, no) => require('node:net').connect(5432, '127.0.0.1').on('error', no));",
        ),
        test('network', "await require('node:dns/promises').lookup('api.example.com');"),
        test(
          'docker',
          "await new Promise((_, no) => require('node:net').connect('/var/run/docker.sock').on('error', no));",
        ),
        test('root', "require('node:fs').writeFileSync('/etc/ours', '');"),
        test('nothing', ''),
      ].join(''),
    });
    const { baseline, advice } = await examine(repository);
    expect(baseline?.counts).toMatchObject({ passed: 1, failed: 5 });
    const told = advice.join('\n');
    for (const need of [
      'a display',
      'port 5432',
      'the network (api.example.com)',
      'Docker',
      'the rights of root',
    ])
      expect(told).toContain(need);
  });

  it('with odd names, links, Git LFS, a lost submodule, and tests that change its files is tested all the same', async () => {
    await using repository = await createRepository();
    const { directory, git } = repository;
    await repository.commit({
      'package.json': JSON.stringify({ scripts }),
      'a.test.js': `const { test } = require('node:test');
const fs = require('node:fs');
test('changes tracked files', () => { fs.writeFileSync('data.txt', 'changed'); fs.rmSync('package.json'); });
`,
      'b.test.js':
        "require('node:test').test('reads them', () => { require('node:fs').readFileSync('data.txt'); });\n",
      'data.txt': 'as it was',
      'größe, "quoted"\nand broken.txt': 'odd',
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'large.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
      '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = https://127.0.0.1:9/lib.git\n',
    });
    await writeFile(
      Buffer.concat([Buffer.from(`${directory}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]),
      'latin1',
    );
    for (const [name, target] of [
      ['out', '/etc/passwd'],
      ['loop', 'loop'],
      ['gone', 'nowhere'],
    ])
      await symlink(target as string, join(directory, name as string));
    await git('add', '--force', '--', '.');
    await git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`);
    await git('commit', '--quiet', '--message', 'More');
    const { environment, baseline, sane } = await examine(repository);
    expect(baseline?.counts).toMatchObject({ passed: 2, failed: 0, error: 0 });
    expect(sane).toBe(true);
    expect(environment?.notes).toEqual([
      expect.stringContaining('Git LFS are not fetched'),
      'the submodule lib could not be fetched: tests that need it fail',
    ]);
  });
});

/** A registry on the bridge of the Engine that has no package. */
async function startEmptyRegistry(): Promise<AsyncDisposable & { host: string }> {
  const { docker } = await testEngine();
  const { IPAM } = await docker.getNetwork('bridge').inspect();
  const server: Server = createServer((_, response) => response.writeHead(404).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    host: `${IPAM?.Config?.[0]?.Gateway}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
