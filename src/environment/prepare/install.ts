import { type CommandResult, outputText, type Shell, succeeded } from '../../core/command.ts';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { printExports } from '../../text/quote-word.ts';
import { calledManager } from './called-manager.ts';
import { commandFailed } from './command-failed.ts';
import { type FollowedShell, runAndTell } from './followed-shell.ts';
import { registryRefusal } from './registry-refusal.ts';
import { findRemedy } from './remedies.ts';
import type { Remedy } from './remedy.ts';

const installSeconds = 1200;
const maximumFailures = 8;

export interface Installation {
  plan: EnvironmentPlan;
  leftOut: { name: string; why: string }[];
  notes: string[];
}

/** What an installation needs of the system beside what its plan says: it is to begin anew with that. */
export interface SetupNeeded {
  needs: readonly string[];
  note: string;
}

export interface InstallOptions {
  /** For the installation alone. */
  variables: Readonly<Record<string, string>>;
  /** Where there is access to private registries, none may refuse it: nothing is left out for that. */
  hasAccess?: boolean;
}

/**
 * Runs the plan's installation in a preparing sandbox. What fails for a known reason is tried again with a remedy.
 * Manifests that a remedy edits are restored by the caller, with every other tracked file. Rejects with `install_failed`.
 */
export async function install(
  followed: FollowedShell,
  plan: EnvironmentPlan,
  { variables, hasAccess = false }: InstallOptions,
): Promise<Installation | SetupNeeded> {
  const env = { ...variables, ...plan.env };
  const done: Installation = { plan, leftOut: [], notes: [] };
  const pending = [...plan.install];
  for (let failures = 0; pending[0] !== undefined; ) {
    const [command] = pending;
    followed.say(command);
    const result = await runAndTell(followed, command, env, installSeconds);
    if (succeeded(result)) {
      pending.shift();
      continue;
    }
    failures++;
    const mayTry = failures < maximumFailures && !(hasAccess && isRefused(result));
    const remedy = mayTry ? await remedyFor(withVariables(followed.shell, env), plan, command, result) : null;
    if (remedy === null)
      throw commandFailed('The dependencies could not be installed', { command, result, key: 'install' });
    followed.say(remedy.note);
    if (remedy.setup !== undefined) return { needs: remedy.setup, note: remedy.note };
    done.notes.push(remedy.note);
    if (remedy.leftOut !== undefined) done.leftOut.push(remedy.leftOut);
    pending[0] = remedy.command;
  }
  return done;
}

function isRefused(result: CommandResult): boolean {
  return registryRefusal(outputText(result)) !== null;
}

function remedyFor(
  shell: Shell,
  { packageManager, setup }: EnvironmentPlan,
  command: string,
  result: CommandResult,
): Promise<Remedy | null> {
  const manager = calledManager(command, packageManager);
  return findRemedy(shell, { command, said: outputText(result), manager, setup });
}

/** A remedy may ask the registry, which it reaches as the installation does. */
function withVariables(shell: Shell, env: Record<string, string>): Shell {
  return {
    run(command, signal) {
      return shell.run({ ...command, script: `${printExports(env)}\n${command.script}` }, signal);
    },
  };
}
