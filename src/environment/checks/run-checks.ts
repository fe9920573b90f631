import { stripVTControlCharacters } from 'node:util';
import { outputText, type Shell } from '../../core/command.ts';
import type { EnvironmentPlan } from '../../core/environment.ts';
import { equippedScript } from '../equipped-script.ts';
import type { Check } from './find-checks.ts';

const outputBytes = { head: 2_000_000, tail: 0 };

export interface CheckOptions {
  /** The files to look at. */
  paths: readonly string[];
  /** For all checks together. */
  seconds: number;
  signal: AbortSignal;
}

/** Runs checks on files of the work tree. Null: not installed, or not ended. */
export async function runChecks(
  shell: Shell,
  plan: EnvironmentPlan,
  checks: readonly Check[],
  { paths, seconds, signal }: CheckOptions,
): Promise<Map<Check, string[] | null>> {
  const found = new Map<Check, string[] | null>();
  let left = seconds;
  for (const check of checks) {
    const own = paths.filter((path) => check.files.test(path));
    if (own.length === 0 || left < 1) continue;
    const call = `command -v ${check.program} > /dev/null || exit 127\n${check.command(own)} < /dev/null`;
    const script = equippedScript(plan.env, call);
    const result = await shell.run({ script, timeoutSeconds: left, keep: outputBytes }, signal);
    left -= result.seconds;
    const isOver = result.exitCode !== null && result.exitCode < 126 && !result.timedOut;
    found.set(check, isOver ? check.read(stripVTControlCharacters(outputText(result)), own) : null);
  }
  return found;
}
