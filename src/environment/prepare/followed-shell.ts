import type { CommandResult, Shell } from '../../core/command.ts';
import { lastLine } from '../../text/last-line.ts';
import { equippedScript } from '../equipped-script.ts';

/** A preparing sandbox's shell, with who follows what is done in it and who can end it. */
export interface FollowedShell {
  shell: Shell;
  say(line: string): void;
  signal: AbortSignal;
}

/** Runs a command with these variables, telling the last line of what it prints. */
export async function runAndTell(
  { shell, say, signal }: FollowedShell,
  command: string,
  variables: Readonly<Record<string, string>>,
  timeoutSeconds: number,
): Promise<CommandResult> {
  const onOutput = (bytes: Uint8Array) => say(lastLine(Buffer.from(bytes).toString('utf8')));
  return shell.run({ script: equippedScript(variables, command), timeoutSeconds, onOutput }, signal);
}
