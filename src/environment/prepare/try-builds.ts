import { type CommandResult, outputText, type Shell, succeeded } from '../../core/command.ts';
import { lastLine } from '../../text/last-line.ts';
import { despiteTypeErrors } from '../node/type-errors.ts';
import { neededBuild } from '../run/needed-builds.ts';
import { type FollowedShell, runAndTell } from './followed-shell.ts';
import type { Installation } from './install.ts';

const buildSeconds = 600;

/** Runs the builds and leaves out those that do not work: one that fails on the base commit would fail every test run. */
export async function tryBuilds(followed: FollowedShell, installed: Installation): Promise<Installation> {
  const { plan } = installed;
  const tried: TriedBuild[] = [];
  for (const command of plan.build) {
    followed.say(command);
    tried.push(
      await tryBuild(followed.shell, command, (step) =>
        runAndTell(followed, neededBuild(step, plan.build), plan.env, buildSeconds),
      ),
    );
  }
  return {
    ...installed,
    notes: [...installed.notes, ...tried.flatMap(({ note }) => note ?? [])],
    plan: { ...plan, build: tried.flatMap(({ command }) => command ?? []) },
  };
}

interface TriedBuild {
  /** What builds here; null for nothing. */
  command: string | null;
  /** What is done differently from the plan. */
  note: string | null;
}

async function tryBuild(
  shell: Shell,
  command: string,
  run: (step: string) => Promise<CommandResult>,
): Promise<TriedBuild> {
  const result = await run(command);
  if (succeeded(result)) return { command, note: null };
  const other = await despiteTypeErrors(shell, command, result);
  if (other !== null && succeeded(await run(other))) {
    const note = `the build step \`${command}\` has errors of types on the base commit, which are passed over`;
    return { command: other, note };
  }
  const why = lastLine(outputText(result));
  return {
    command: null,
    note: `the build step \`${command}\` fails on the base commit and is left out: ${why}`,
  };
}
