import { execa } from 'execa';

interface GitOptions {
  input?: string | Uint8Array;
  env?: Record<string, string>;
  /** Exit codes that are answers, such as 1 for "no". */
  answers?: readonly number[];
}

/** The whole environment of git here: a host's own configuration changes nothing. */
export const gitEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin',
  HOME: '/nonexistent',
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_KEY_1: 'core.quotePath',
  GIT_CONFIG_VALUE_1: 'false',
  GIT_LITERAL_PATHSPECS: '1',
} as const;

/** Runs git in a bare repository. Rejects when it exits with a code that is no answer. */
export async function git(directory: string, args: readonly string[], options: GitOptions = {}) {
  const result = await execa('git', [`--git-dir=${directory}`, ...args], {
    extendEnv: false,
    env: { ...gitEnvironment, ...options.env },
    encoding: 'buffer',
    stripFinalNewline: false,
    input: options.input ?? '',
    reject: false,
    maxBuffer: 512 * 1024 * 1024,
  });
  const code = result.exitCode ?? -1;
  if (code !== 0 && !options.answers?.includes(code)) {
    throw new Error(`git ${args[0]} failed: ${Buffer.from(result.stderr).toString('utf8').trim()}`);
  }
  return { code, output: Buffer.from(result.stdout) };
}

export async function gitText(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<string> {
  return (await git(directory, args, options)).output.toString('utf8').trimEnd();
}

/** Output of a `-z` command as its fields. */
export async function gitFields(directory: string, args: readonly string[]): Promise<string[]> {
  const { output } = await git(directory, args);
  return output.length === 0 ? [] : output.toString('utf8').replace(/\0$/, '').split('\0');
}

/** The full id of what a revision names, or null. */
export async function resolve(directory: string, revision: string): Promise<string | null> {
  const { code, output } = await git(
    directory,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', revision],
    { answers: [1, 128] },
  );
  return code === 0 ? output.toString('utf8').trim() : null;
}
