import { type CommandResult, outputText } from '../../core/command.ts';
import { OperationalError } from '../../core/errors.ts';
import { adviseOnInstall } from './install-advice.ts';

const shownLines = 25;

/** A command that ended an attempt to prepare an environment. */
export interface FailedCommand {
  command: string;
  result: CommandResult;
  /** The key of the configuration that can help. */
  key: 'setup' | 'install';
}

/** `install_failed`, with the end of what the command printed, and what can be done. */
export function commandFailed(what: string, { command, result, key }: FailedCommand): OperationalError {
  const reason = result.timedOut
    ? `it was stopped after ${Math.round(result.seconds)} seconds`
    : `exit code ${result.exitCode ?? 'none'}`;
  const said = outputText(result);
  const end = said.trimEnd().split('\n').slice(-shownLines).join('\n');
  const known = key === 'install' ? adviseOnInstall(said) : null;
  const advice = known ?? `If it is done in another way, say so in .github/ai-fix.yml under \`${key}\`.`;
  return new OperationalError(
    'install_failed',
    `${what}: \`${command}\` failed (${reason}).\n${end}\n${advice}`,
  );
}
