import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** A PostgreSQL server of the test's own, removed when disposed of. */
export interface TestPostgres extends AsyncDisposable {
  url: string;
  /** Stops all of its processes as they are: connections stay open and nothing answers. Disposing lets them go on. */
  pause(): Promise<Disposable>;
  /** Ends it at once, as `pg_ctl stop -m immediate` does: connections break, and it recovers at its next start. */
  crash(): Promise<void>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
}

/** Where Debian's `postgresql` package keeps `initdb` and `postgres`; null when it is not installed. */
export async function findPostgres(): Promise<string | null> {
  const found: string[] = [];
  for await (const path of glob('/usr/lib/postgresql/*/bin/initdb')) found.push(path);
  const newest = found.sort().at(-1);
  return newest === undefined ? null : dirname(newest);
}

/** PostgreSQL refuses to run as root; then it runs as `nobody`. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export async function startPostgres(programs: string): Promise<TestPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-postgres-'));
  if (user.uid !== undefined) await chown(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const options = ['--username=ai_fix', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  await execa(join(programs, 'initdb'), ['--pgdata', data, ...options], { ...user, cwd: directory });
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'fsync=off'];
  const begin = () =>
    spawn(join(programs, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
      ...user,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  let server = begin();
  await untilReady(server);
  const crash = async () => {
    if (server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
  };
  return {
    url: `postgres://ai_fix@127.0.0.1:${port}/postgres`,
    pause: () => pauseTree(server.pid ?? 0),
    crash,
    async start() {
      server = begin();
      await untilReady(server);
    },
    async [Symbol.asyncDispose]() {
      await crash(); // there is nothing to keep
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The server has a process for each connection, and each must be stopped. */
async function pauseTree(pid: number): Promise<Disposable> {
  process.kill(pid, 'SIGSTOP');
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
  const all = [pid, ...children.filter((child) => child !== '').map(Number)];
  for (const one of all) process.kill(one, 'SIGSTOP');
  return {
    [Symbol.dispose]() {
      for (const one of all) process.kill(one, 'SIGCONT');
    },
  };
}

async function untilReady(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error('the server has no output');
  const said: string[] = [];
  for await (const line of createInterface(server.stderr)) {
    said.push(line);
    if (line.includes('ready to accept connections')) {
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`);
}

async function freePort(): Promise<number> {
  await using server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
