import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { outputText } from '../../src/core/command.ts';
import { labels } from '../../src/sandbox/container-options.ts';
import { defaultLimits } from '../../src/sandbox/limits.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import { testEngine, testSandbox } from '../support/sandbox.ts';

async function containersOf(runId: string): Promise<string[]> {
  const { docker } = await testEngine();
  const found = await docker.listContainers({ all: true, filters: { label: [`${labels.run}=${runId}`] } });
  return found.map((container) => container.Id);
}

describe('a sandbox', () => {
  it('is gone when its block is left, also by an error', async () => {
    const runId = `gone-${process.pid}`;
    const leave = async () => {
      await using sandbox = await testSandbox({ runId });
      await sandbox.run({ script: 'sleep 100 & true', timeoutSeconds: 5 });
      expect(await containersOf(runId)).toHaveLength(1);
      throw new Error('left');
    };
    await expect(leave()).rejects.toThrow('left');
    expect(await containersOf(runId)).toEqual([]);
  });

  it('is gone when the process that opened it is killed', async () => {
    const runId = `killed-${process.pid}`;
    const program = `
      import { testSandbox } from ${JSON.stringify(new URL('../support/sandbox.ts', import.meta.url).href)};
      await testSandbox({ runId: ${JSON.stringify(runId)} });
      console.log('open');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const [id = ''] = await containersOf(runId);
    const { docker } = await testEngine();
    const removed = docker.getContainer(id).wait({ condition: 'removed' });
    child.kill('SIGKILL');
    await removed;
    expect(await containersOf(runId)).toEqual([]);
  });

  it('that dies in mid command rejects it with the reason, and every later one', async () => {
    await using sandbox = await testSandbox();
    const { docker } = await testEngine();
    const running = sandbox.run({
      script: 'echo on; sleep 100',
      timeoutSeconds: 60,
      onOutput: () => void docker.getContainer(sandbox.id).kill(),
    });
    await expect(running).rejects.toMatchObject({
      code: 'sandbox_died',
      message: expect.stringContaining('killed'),
    });
    await expect(sandbox.run({ script: 'true', timeoutSeconds: 5 })).rejects.toMatchObject({
      code: 'sandbox_died',
    });
  });

  it('has no `::1` where the kernel of the Engine has no IPv6, and runs', async () => {
    const { docker, image, limits } = await testEngine();
    const engine: Docker = Object.create(docker);
    engine.createContainer = (options: Docker.ContainerCreateOptions) => {
      const isAsked = options.HostConfig?.Sysctls !== undefined;
      const absent = { Sysctls: { 'net.ipv6.conf.absent.disable_ipv6': '0' } };
      return docker.createContainer({
        ...options,
        HostConfig: { ...options.HostConfig, ...(isAsked ? absent : {}) },
      });
    };
    const runId = `ipv6-${process.pid}`;
    const spec = {
      image,
      runId,
      purpose: 'agent',
      network: 'none',
      env: {},
      limits,
      lifetimeSeconds: 60,
    } as const;
    await using sandbox = await openSandbox(engine, spec);
    expect(outputText(await sandbox.run({ script: 'cat /proc/net/if_inet6', timeoutSeconds: 5 }))).toBe('');
    expect(await containersOf(runId)).toHaveLength(1);
  });

  it('from an image that is not there is refused with what to do', async () => {
    await expect(testSandbox({ image: 'ai-fix-no-such-image:1' })).rejects.toMatchObject({
      code: 'image_unavailable',
      message: expect.stringContaining('ai-fix-no-such-image:1'),
    });
  });

  it('from an image without the runner is refused, and leaves nothing', async () => {
    const runId = `no-runner-${process.pid}`;
    await expect(testSandbox({ image: 'debian:bookworm-slim', runId })).rejects.toMatchObject({
      name: 'OperationalError',
    });
    expect(await containersOf(runId)).toEqual([]);
  });

  it('that fills its disk is stopped, told so, and can still clean up', async () => {
    await using sandbox = await testSandbox({
      limits: { ...defaultLimits, disk: 200 * 1024 ** 2, memory: 2 * 1024 ** 3 },
    });
    const fill = 'i=0; while :; do head -c 50M /dev/zero > /workspace/file$i; i=$((i+1)); done';
    const result = await sandbox.run({ script: fill, timeoutSeconds: 60 });
    expect(result).toMatchObject({ diskFull: true, exitCode: null, timedOut: false });
    const cleaned = await sandbox.run({
      script: 'rm -f /workspace/file*; ls /workspace | wc -l',
      timeoutSeconds: 30,
    });
    expect(outputText(cleaned)).toBe('0\n');
  });

  it('stops a command when the host’s own disk runs low', async () => {
    await using sandbox = await testSandbox({ limits: { ...defaultLimits, freeBytes: 1e18 } });
    const result = await sandbox.run({ script: 'sleep 30', timeoutSeconds: 20 });
    expect(result).toMatchObject({ diskFull: true, timedOut: false });
  });
});
