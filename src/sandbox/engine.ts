import { spawn } from 'node:child_process';
import { access, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { execa } from 'execa';
import { messageOf, OperationalError } from '../core/errors.ts';

export interface EngineOptions {
  /** As in the environment; undefined means the local socket. */
  dockerHost: string | undefined;
  /** Whether a missing Engine may be installed and started: root on Debian, and not forbidden. */
  maySetUp: boolean;
  /** Where the log of an Engine started here goes. */
  logDirectory: string;
}

/**
 * Connects to the Docker Engine. Where none answers and it may, installs and starts one, saying so first;
 * else rejects with `engine_unavailable` and a sentence on what to do. An Engine that is there is left as it is.
 */
export async function connectEngine(options: EngineOptions, say: (line: string) => void): Promise<Docker> {
  const docker = new Docker({ timeout: 0 });
  const refusal = await ping(docker);
  if (refusal === null) return docker;
  if (!options.maySetUp || options.dockerHost !== undefined) throw unavailable(options.dockerHost, refusal);
  if (!(await isOnPath('dockerd')) || !(await isOnPath('debootstrap'))) {
    say('no Docker Engine here; installing the Debian packages docker.io and debootstrap');
    await installPackages(say);
  }
  say('starting the Docker Engine');
  const log = await startEngine(options.logDirectory);
  for (let attempt = 0; attempt < 120; attempt++) {
    if ((await ping(docker)) === null) return docker;
    await delay(500);
  }
  const end = (await readFile(log, 'utf8')).split('\n').slice(-8).join('\n');
  throw new OperationalError(
    'engine_unavailable',
    `The Docker Engine was started but does not answer; the end of ${log}:\n${end}`,
  );
}

/** True for root on a Debian system, where AI_FIX_SETUP does not forbid it. */
export async function canSetUp(setup: string | undefined): Promise<boolean> {
  if (setup === '0' || process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return exists('/etc/debian_version');
}

async function ping(docker: Docker): Promise<unknown | null> {
  try {
    await docker.ping();
    return null;
  } catch (error) {
    return error;
  }
}

function unavailable(dockerHost: string | undefined, cause: unknown): OperationalError {
  const where = dockerHost ?? 'the local socket';
  const advice =
    (cause as { code?: string }).code === 'EACCES'
      ? 'This user may not use it: add the user to the group `docker` and log in again.'
      : 'Install Docker and start it (on Debian: `apt-get install docker.io debootstrap`), or set DOCKER_HOST.';
  return new OperationalError(
    'engine_unavailable',
    `No Docker Engine answers at ${where} (${messageOf(cause)}). ${advice}`,
    { cause },
  );
}

async function isOnPath(command: string): Promise<boolean> {
  for (const directory of ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']) {
    if (await exists(join(directory, command))) return true;
  }
  return false;
}

async function installPackages(say: (line: string) => void): Promise<void> {
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, all: true } as const;
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  try {
    await execa('apt-get', [...wait, 'update'], options);
    const install = execa('apt-get', [...wait, 'install', '-y', 'docker.io', 'debootstrap'], options);
    for await (const line of install.iterable({ from: 'all' })) say(line);
  } catch (error) {
    throw new OperationalError(
      'engine_unavailable',
      `Docker could not be installed: ${messageOf(error)}\nInstall the packages docker.io and debootstrap by hand, then try again.`,
      { cause: error },
    );
  }
}

/** Starts the Engine so that it outlives this process; returns where its log is. */
async function startEngine(logDirectory: string): Promise<string> {
  const log = join(logDirectory, 'dockerd.log');
  await mkdir(logDirectory, { recursive: true });
  if (await exists('/run/systemd/system')) {
    await execa('systemctl', ['start', 'docker'], { reject: false });
    return log;
  }
  const file = await open(log, 'a');
  spawn('dockerd', ['--log-level', 'warn'], { detached: true, stdio: ['ignore', file.fd, file.fd] }).unref();
  await file.close();
  return log;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
