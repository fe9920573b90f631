import { execa } from 'execa';
import { OperationalError } from '../core/errors.ts';

/** A git directory of ours on the host. Nothing that the sandbox wrote is ever used as one. */
export interface GitDirectory {
  path: string;
  objectFormat: 'sha1' | 'sha256';
}

export interface GitOptions {
  input?: string | Uint8Array;
  env?: Record<string, string>;
  /** Ends the process. */
  signal?: AbortSignal;
}

/** Switches off what a repository's configuration or the operator's could make git do. */
const hardening = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.symlinks=false',
  'core.protectHFS=true',
  'core.protectNTFS=true',
  'core.attributesFile=/dev/null',
  'core.quotePath=false',
  'safe.bareRepository=explicit',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'transfer.bundleURI=false',
  'transfer.credentialsInUrl=die',
  'protocol.allow=never',
  'credential.helper=',
  'gc.auto=0',
].flatMap((setting) => ['-c', setting]);

/** The whole environment of every git process: nothing of ours is inherited. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin',
  HOME: '/nonexistent',
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_LFS_SKIP_SMUDGE: '1',
} as const;

/** Runs git in that directory, never in a work tree, and returns its output. Rejects with `git_failed`. */
export async function git(
  directory: GitDirectory,
  args: readonly string[],
  options: GitOptions = {},
): Promise<Buffer> {
  return run([`--git-dir=${directory.path}`, ...hardening, ...args], options);
}

/** As `git`, for output that is text: trimmed at its end. */
export async function gitText(
  directory: GitDirectory,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await git(directory, args, options)).toString('utf8').trimEnd();
}

/** Runs git where it finds a repository by itself: only in a directory that the operator named. */
export async function gitIn(directory: string, args: readonly string[]): Promise<string> {
  const output = await run(
    ['-C', directory, '-c', 'safe.directory=*', ...hardening.slice(0, 4), ...args],
    {},
  );
  return output.toString('utf8').trimEnd();
}

/** Git's output as a stream, for packs. Breaking off ends the process. */
export async function* gitStream(
  directory: GitDirectory,
  args: readonly string[],
  options: GitOptions = {},
): AsyncGenerator<Uint8Array> {
  const child = execa('git', [`--git-dir=${directory.path}`, ...hardening, ...args], {
    ...execaOptions(options),
    buffer: { stdout: false, stderr: true },
  });
  try {
    for await (const chunk of child.stdout as AsyncIterable<Uint8Array>) yield chunk;
    await child;
  } catch (error) {
    throw gitError(args, error);
  } finally {
    child.kill('SIGKILL');
  }
}

async function run(args: readonly string[], options: GitOptions): Promise<Buffer> {
  try {
    const { stdout } = await execa('git', args, { ...execaOptions(options), maxBuffer: 512 * 1024 * 1024 });
    return Buffer.from(stdout);
  } catch (error) {
    throw gitError(args, error);
  }
}

function execaOptions({ input = '', env, signal }: GitOptions) {
  return {
    extendEnv: false,
    env: { ...environment, ...env },
    encoding: 'buffer',
    stripFinalNewline: false,
    input,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  } as const;
}

function gitError(args: readonly string[], error: unknown): unknown {
  if ((error as { code?: string }).code === 'ENOENT') {
    return new OperationalError('git_failed', 'git is not installed on this host: install it.', {
      cause: error,
    });
  }
  const stderr = (error as { stderr?: Uint8Array }).stderr;
  const said = stderr === undefined ? String(error) : Buffer.from(stderr).toString('utf8').trim();
  const command =
    args.find((arg) => !arg.startsWith('-') && !arg.includes('=') && !arg.startsWith('/')) ?? '';
  const failed = `git ${command} failed: ${said.slice(0, 2000)}`;
  if (/No space left on device|Disk quota exceeded/i.test(said))
    return new OperationalError('disk_full', `${failed}\nMake room on the disk of this host.`, {
      cause: error,
    });
  return new OperationalError('git_failed', failed, { cause: error });
}
