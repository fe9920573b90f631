import { type Command, type CommandResult, outputText, type Shell, succeeded } from './command.ts';
import { OperationalError } from './errors.ts';

/** Runs a script that must succeed. Rejects with `sandbox_command_failed` and what it printed. */
export async function must(shell: Shell, command: Command, what: string): Promise<CommandResult> {
  const result = await shell.run(command);
  if (succeeded(result)) return result;
  throw new OperationalError('sandbox_command_failed', `${what}: ${outputText(result).trim().slice(-2000)}`);
}
