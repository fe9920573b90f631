import { type Shell, succeeded } from '../../core/command.ts';
import { must } from '../../core/must.ts';
import { commandFailed } from './command-failed.ts';
import { runAndTell } from './followed-shell.ts';

const setupSeconds = 1200;

/** A sandbox of root's with network that is to become an image. */
interface SetupSandbox extends Shell, AsyncDisposable {
  keep(): Promise<string>;
}

export interface SetupPorts {
  /** The image that these commands made before, or null. */
  findSetup(commands: readonly string[]): Promise<string | null>;
  openForSetup(commands: readonly string[]): Promise<SetupSandbox>;
  installVariables: Record<string, string>;
}

/**
 * Makes the image that system packages and toolchains are in, or finds it; null when the sandbox image will do. No file
 * of a repository is there: repositories with the same commands share the image. Rejects with `install_failed`.
 */
export async function setUp(
  commands: readonly string[],
  ports: SetupPorts,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  if (commands.length === 0) return null;
  const found = await ports.findSetup(commands);
  if (found !== null) return found;
  await using sandbox = await ports.openForSetup(commands);
  for (const command of commands) {
    say(command);
    const followed = { shell: sandbox, say, signal };
    const result = await runAndTell(followed, command, ports.installVariables, setupSeconds);
    if (!succeeded(result))
      throw commandFailed('The system could not be set up', { command, result, key: 'setup' });
  }
  await must(sandbox, { script: finish, timeoutSeconds: 300 }, 'The set-up could not be finished');
  say('keeping the set-up as an image');
  return await sandbox.keep();
}

/** As in the sandbox image, no file may raise its rights. Caches cost when an image is kept. */
const finish = `find / -xdev -perm /6000 -type f -exec chmod a-s {} + &&
rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/* /root/.cache`;
