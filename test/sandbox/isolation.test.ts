import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputText } from '../../src/core/command.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { testEngine, testSandbox } from '../support/sandbox.ts';

const canary = `canary-${Math.random().toString(36).slice(2)}`;

let sandbox: Sandbox;
beforeAll(async () => {
  process.env.AI_FIX_TEST_SECRET = canary;
  sandbox = await testSandbox();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

async function textOf(script: string, from: Sandbox = sandbox): Promise<string> {
  return outputText(await from.run({ script, timeoutSeconds: 60 })).trimEnd();
}

describe('from inside, as the agent would', () => {
  it('one is not root and cannot become it', async () => {
    expect(await textOf('id -u')).toBe('10001');
    expect(await textOf('find / -xdev -perm /6000 -type f 2>/dev/null | wc -l')).toBe('0');
    expect(await textOf('sudo -n true 2>&1; su -c true 2>&1 < /dev/null; echo')).not.toContain('root');
  });

  it('there is no capability, no new privilege, and a system call filter', async () => {
    const status = await textOf('cat /proc/self/status');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(status).toMatch(new RegExp(`^${set}:\\s+0000000000000000$`, 'm'));
    }
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    expect(status).toMatch(/^Seccomp:\s+2$/m);
  });

  it.each([
    ['mount', 'mount -t tmpfs none /mnt'],
    ['a new user namespace', 'unshare --user true'],
    ['another root', 'chroot / true'],
    ['a device', 'mknod /tmp/device c 1 3'],
    ['the system’s files', 'echo x >> /etc/passwd'],
    ['the runner', 'echo x > /opt/ai-fix/runner'],
    ['the host name', 'hostname other'],
  ])('the kernel refuses %s', async (_, script) => {
    expect(await textOf(`(${script}) > /dev/null 2>&1 && echo done || echo refused`)).toBe('refused');
  });

  it('only the work tree, the home and /tmp can be written to', async () => {
    const own = '^/(workspace|home/agent|tmp|var/tmp|run/lock|dev/(shm|mqueue))(/|$)';
    const found = await textOf(
      `find / -xdev \\( -type d -o -type f \\) -writable -not -path '/proc/*' 2>/dev/null | grep -vE '${own}'`,
    );
    expect(found).toBe('');
  });

  it('there is no network interface but loopback, and no name is resolved', async () => {
    expect(await textOf('ls /sys/class/net')).toBe('lo');
    expect(
      await textOf('python3 -c "import socket; socket.getaddrinfo(\'example.com\', 80)" 2>&1 | tail -1'),
    ).toContain('gaierror');
  });

  it('a server on `::1` is reached, and `localhost` is 127.0.0.1 first', async () => {
    const script = `
const server = require('http').createServer((_, answer) => answer.end('reached')).listen(0, '::1', async () => {
  const answer = await fetch('http://[::1]:' + server.address().port);
  console.log(await answer.text(), (await require('dns/promises').lookup('localhost')).address);
  process.exit();
});`;
    expect(await textOf(`node -e "${script}"`)).toBe('reached 127.0.0.1');
  });

  it('a listener on the bridge that a bridge container reaches gets no connection', async () => {
    let connections = 0;
    const server = createServer((_, response) => response.end('reached'));
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const { port } = server.address() as AddressInfo;
    const scriptFor = (host: string | undefined) =>
      `python3 -c "import urllib.request as u; print(u.urlopen('http://${host}:${port}', timeout=3).read().decode())" 2>&1 | tail -1`;
    try {
      await using connected = await testSandbox({ network: 'bridge', purpose: 'prepare' });
      const { docker } = await testEngine();
      const { NetworkSettings } = await docker.getContainer(connected.id).inspect();
      const script = scriptFor(NetworkSettings.Networks.bridge?.Gateway);
      expect(await textOf(script, connected)).toBe('reached');
      expect(connections).toBe(1);
      expect(await textOf(script)).not.toBe('reached');
      expect(connections).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('nothing of the host is mounted but its kernel’s own file systems', async () => {
    const types = await textOf("awk '{print $(NF-2)}' /proc/self/mountinfo | sort -u");
    const known = ['cgroup', 'cgroup2', 'devpts', 'mqueue', 'overlay', 'proc', 'sysfs', 'tmpfs'];
    const files = await textOf(
      "awk '$(NF-2) !~ /cgroup|proc|sysfs|tmpfs|devpts|mqueue|overlay/ {print $5}' /proc/self/mountinfo",
    );
    expect(files.split('\n').filter((path) => !/^\/etc\/(hosts|hostname|resolv\.conf)$/.test(path))).toEqual(
      files === '' ? [''] : [],
    );
    expect(
      types.split('\n').filter((type) => !known.includes(type) && !/^(ext4|xfs|btrfs|zfs)$/.test(type)),
    ).toEqual([]);
  });

  it('no secret of the host’s environment is found in any process or file', async () => {
    const pattern = `[${canary[0]}]${canary.slice(1)}`; // so that the search does not find itself
    const script = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c '${pattern}'
grep -rls '${pattern}' /workspace /home /tmp /etc /run 2>/dev/null | wc -l`;
    const planted = await textOf(`NOTE=${canary} bash -c "${script.split('\n')[0]}"`);
    expect(Number(planted)).toBeGreaterThan(0);
    expect(await textOf(script)).toBe('0\n0');
    expect(await textOf('env')).not.toContain('SECRET');
  });

  it('no Docker socket is there', async () => {
    expect(await textOf("find / -name 'docker.sock*' -o -name 'containerd.sock*' 2>/dev/null")).toBe('');
  });

  it('the clock of the sandbox ends it: nothing lives beyond its deadline', async () => {
    const { docker } = await testEngine();
    const { HostConfig, Config } = await docker.getContainer(sandbox.id).inspect();
    expect(Number(Config.Labels['ai-fix.deadline'])).toBeGreaterThan(Date.now() / 1000);
    expect(HostConfig.Memory).toBeGreaterThan(0);
    await using short = await testSandbox({ lifetimeSeconds: 5 });
    await expect(short.run({ script: 'sleep 30', timeoutSeconds: 30 })).rejects.toMatchObject({
      code: 'sandbox_died',
    });
  });
});
