import { type CommandResult, outputText, type Shell, succeeded } from '../../core/command.ts';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { OperationalError } from '../../core/errors.ts';
import { printExports } from '../../text/quote-word.ts';
import { equippedScript } from '../equipped-script.ts';
import { despiteTypeErrors } from '../node/type-errors.ts';
import { neededBuild } from '../run/needed-builds.ts';
import { calledManager } from './called-manager.ts';
import { adviseOnInstall } from './install-advice.ts';
import { registryRefusal } from './registry-refusal.ts';
import { findRemedy } from './remedies.ts';

const installSeconds = 1200;
const buildSeconds = 600;
const maximumAttempts = 8;

export interface Installation {
  plan: EnvironmentPlan;
  leftOut: { name: string; why: string }[];
  notes: string[];
}

/** Thrown where an installation needs more of the system than its plan says: it is to begin anew with that. */
export class SetupNeeded extends Error {
  override name = 'SetupNeeded';
  readonly commands: readonly string[];
  readonly note: string;
  constructor(commands: readonly string[], note: string) {
    super(note);
    this.commands = commands;
    this.note = note;
  }
}

/**
 * Runs the plan's installation in a preparing sandbox. What fails for a known reason is tried again with a remedy.
 * Manifests that a remedy edits are restored by the caller, with every other tracked file. Where there is access to
 * private registries, none may refuse it: nothing is left out for that. Rejects with `install_failed` or SetupNeeded.
 */
export async function install(
  shell: Shell,
  plan: EnvironmentPlan,
  variables: Record<string, string>,
  say: (line: string) => void,
  signal: AbortSignal,
  hasAccess = false,
): Promise<Installation> {
  const env = { ...variables, ...plan.env };
  const done: Installation = { plan, leftOut: [], notes: [] };
  const equipped = withVariables(shell, env);
  const pending = [...plan.install];
  for (let attempt = 0; pending.length > 0; ) {
    const command = pending[0] as string;
    say(command);
    const result = await runLoudly(shell, command, env, installSeconds, say, signal);
    if (succeeded(result)) {
      pending.shift();
      continue;
    }
    attempt++;
    const isRefused = hasAccess && registryRefusal(outputText(result)) !== null;
    const remedy =
      attempt < maximumAttempts && !isRefused
        ? await findRemedy(equipped, calledManager(command, plan.packageManager), command, result, plan.setup)
        : null;
    if (remedy === null)
      throw commandFailed('The dependencies could not be installed', result, command, 'install');
    say(remedy.note);
    if (remedy.setup !== undefined) throw new SetupNeeded(remedy.setup, remedy.note);
    done.notes.push(remedy.note);
    if (remedy.leftOut !== undefined) done.leftOut.push(remedy.leftOut);
    pending[0] = remedy.command;
  }
  return done;
}

/** Runs the builds and leaves out those that do not work: one that fails on the base commit would fail every test run. */
export async function tryBuilds(
  shell: Shell,
  installed: Installation,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Installation> {
  const { plan } = installed;
  const notes = [...installed.notes];
  const working: string[] = [];
  for (const command of plan.build) {
    say(command);
    const run = (step: string) =>
      runLoudly(shell, neededBuild(step, plan.build), plan.env, buildSeconds, say, signal);
    const result = await run(command);
    const other = succeeded(result) ? null : await despiteTypeErrors(shell, command, result);
    if (succeeded(result)) working.push(command);
    else if (other !== null && succeeded(await run(other))) {
      working.push(other);
      notes.push(
        `the build step \`${command}\` has errors of types on the base commit, which are passed over`,
      );
    } else
      notes.push(
        `the build step \`${command}\` fails on the base commit and is left out: ${lastLine(result)}`,
      );
  }
  return { ...installed, notes, plan: { ...plan, build: working } };
}

/** Runs a command with these variables, telling the last line of what it prints. */
export async function runLoudly(
  shell: Shell,
  command: string,
  env: Record<string, string>,
  timeoutSeconds: number,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<CommandResult> {
  return shell.run(
    {
      script: equippedScript(env, command),
      timeoutSeconds,
      onOutput: (bytes) => say(lastLineOf(Buffer.from(bytes).toString('utf8'))),
    },
    signal,
  );
}

/** A remedy may ask the registry, which it reaches as the installation does. */
function withVariables(shell: Shell, env: Record<string, string>): Shell {
  return {
    run: (command, signal) =>
      shell.run({ ...command, script: `${printExports(env)}\n${command.script}` }, signal),
  };
}

/** `install_failed`, with the end of what a command printed, and the key of the configuration that can help. */
export function commandFailed(
  what: string,
  result: CommandResult,
  command: string,
  key: 'setup' | 'install',
): OperationalError {
  const reason = result.timedOut
    ? `it was stopped after ${Math.round(result.seconds)} seconds`
    : `exit code ${result.exitCode ?? 'none'}`;
  const said = outputText(result);
  const end = said.trimEnd().split('\n').slice(-25).join('\n');
  const known = key === 'install' ? adviseOnInstall(said) : null;
  const advice = known ?? `If it is done in another way, say so in .github/ai-fix.yml under \`${key}\`.`;
  return new OperationalError(
    'install_failed',
    `${what}: \`${command}\` failed (${reason}).\n${end}\n${advice}`,
  );
}

function lastLine(result: CommandResult): string {
  return lastLineOf(outputText(result));
}

function lastLineOf(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
