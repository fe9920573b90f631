import { afterAll, describe, expect, it } from 'vitest';
import { createSandboxes } from '../../../src/adapters.ts';
import { readConfig } from '../../../src/config.ts';
import { outputText } from '../../../src/core/command.ts';
import { installDebianPackages } from '../../../src/environment/debian-packages.ts';
import { setUp } from '../../../src/environment/prepare/set-up.ts';
import { listKeptImages, useImage } from '../../../src/sandbox/kept-images.ts';
import { removeEnvironments } from '../../support/environments.ts';
import { testEngine } from '../../support/sandbox.ts';

const engine = await testEngine();
const sandboxes = createSandboxes(engine, readConfig({}), { run: `setup-${process.pid}`, keepAgent: false });
const made = new Set<string>();
afterAll(() => removeEnvironments(made));

/** No two test runs have the same commands. */
const mark = `: ${process.pid}-${Date.now()}`;

async function make(commands: readonly string[], ports = sandboxes, signal = new AbortController().signal) {
  const said: string[] = [];
  const image = await setUp(commands, ports, (line) => said.push(line), signal);
  if (image !== null) made.add(image);
  return { image, said };
}

/** What a script prints in the sandbox that an installation has. */
async function inInstall(image: string | null, script: string): Promise<string> {
  await using sandbox = await sandboxes.openForInstall(image);
  return outputText(await sandbox.run({ script, timeoutSeconds: 60 })).trim();
}

describe('a set-up', () => {
  it('is not made where nothing has to be set up', async () => {
    expect(await make([])).toEqual({ image: null, said: [] });
  });

  it('installs Debian packages, which the installation finds as the agent', async () => {
    const { image } = await make([...installDebianPackages(['sl', 'at']), mark]);
    expect(await inInstall(image, 'id -u; ls /usr/games/sl; ls /var/lib/apt/lists; ls -A /workspace')).toBe(
      '10001\n/usr/games/sl',
    );
  });

  it('leaves no file that may raise its rights', async () => {
    const { image } = await make([
      'cp /bin/true /usr/local/bin/raised && chmod 6755 /usr/local/bin/raised && test -u /usr/local/bin/raised',
      mark,
    ]);
    expect(await inInstall(image, 'stat -c %a /usr/local/bin/raised')).toBe('755');
  });

  it('has of root’s capabilities those that a package manager needs, and no way to more', async () => {
    const { image } = await make([`grep -E 'Cap|NoNew' /proc/self/status > /usr/local/status`, mark]);
    const status = await inInstall(image, 'cat /usr/local/status');
    expect(status).toMatch(/^CapEff:\s+00000000000000fb$/m);
    expect(status).toMatch(/^CapBnd:\s+00000000000000fb$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(await inInstall(image, 'cat /proc/self/status')).toMatch(/^CapBnd:\s+0000000000000000$/m);
  });

  it('runs with the variables of the installation, which do not stay', async () => {
    const ports = { ...sandboxes, installVariables: { https_proxy: 'http://proxy.example:3128' } };
    const { image } = await make(['printenv https_proxy > /usr/local/seen', mark], ports);
    expect(await inInstall(image, 'cat /usr/local/seen; printenv https_proxy; printenv HOME')).toBe(
      'http://proxy.example:3128\n/home/agent',
    );
  });

  it('is made once for the same commands, and anew for others', async () => {
    const first = await make(['touch /usr/local/once', mark]);
    const again = await make(['touch /usr/local/once', mark]);
    const other = await make(['touch /usr/local/twice', mark]);
    expect(again).toEqual({ image: first.image, said: [] });
    expect(other.image).not.toBe(first.image);
  });

  it('that fails says which command, and the end of what it printed', async () => {
    await expect(make(['echo no such package >&2; exit 3', mark])).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringMatching(
        /could not be set up: `echo no such.*exit code 3[\s\S]*no such package[\s\S]*under `setup`/,
      ),
    });
    expect(await sandboxes.findSetup(['echo no such package >&2; exit 3', mark])).toBeNull();
  });

  it('ends when the run is cancelled', async () => {
    const cancel = new AbortController();
    const say = cancel.abort.bind(cancel, 'enough');
    await expect(setUp(['sleep 60', mark], sandboxes, say, cancel.signal)).rejects.toBe('enough');
  });

  it('is kept as long as environments that start from it are used', async () => {
    const { image } = await make(['touch /usr/local/kept', mark]);
    const environment = await makeEnvironment(image);
    const { Id } = await engine.docker.getImage(image as string).inspect();
    const usedAt = async () => (await listKeptImages(engine.docker)).find(({ id }) => id === Id)?.usedAt;
    await engine.docker.getImage(image as string).remove();
    const before = await usedAt();
    expect(await useImage(engine.docker, environment)).toBe(true);
    expect((await usedAt())?.getTime()).toBeGreaterThan(before?.getTime() ?? 0);
    expect(await sandboxes.findSetup(['touch /usr/local/kept', mark])).toBe(image);
  });
});

async function makeEnvironment(setup: string | null): Promise<string> {
  await using sandbox = await sandboxes.openForInstall(setup);
  const commands = { setup: [], install: [], build: [], tests: [] };
  const plan = { summary: '', keyFiles: [], packageManager: 'none' as const, ...commands, env: {} };
  const about = { key: `set-up-${process.pid}`, base: 'a'.repeat(40), plan };
  const environment = await sandbox.keep({ ...about, leftOut: [], notes: [], toolMade: {} });
  made.add(environment);
  return environment;
}
