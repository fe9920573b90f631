import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import type { AttemptRules } from '../core/attempts.ts';
import { isRefusal, messageOf, OperationalError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { RunLimits } from '../core/limits.ts';
import { exitCodes } from '../core/outcome.ts';
import { createProgress, type Progress } from '../report/terminal/progress.ts';
import type { RunResult } from '../run/task.ts';
import { readIssue } from './issue-file.ts';
import { runLocally } from './local-run.ts';

export interface FixOptions {
  repo: string;
  issue: string;
  base: string;
  out: string | undefined;
  limits: RunLimits;
  /** What was asked for; the rest is as the repository says. */
  attempts: Partial<AttemptRules>;
  keepSandbox: boolean;
  registries?: string;
  json: boolean;
}

/**
 * `ai-fix fix`: one run on a local repository. The patch, or with `json` every event and the outcome, goes to stdout;
 * what is going on goes to stderr. Returns the exit code.
 */
export async function fix(options: FixOptions, config: Config, signal: AbortSignal): Promise<number> {
  const progress = createProgress(process.stderr, { colour: config.colour });
  try {
    const result = await run(options, config, progress, signal);
    progress.stop();
    process.stderr.write(`everything of this run is in ${result.directory}\n`);
    await hand(result, options);
    return exitCodes[result.outcome];
  } catch (error) {
    progress.stop();
    if (!(error instanceof OperationalError)) throw error;
    const outcome = isRefusal(error) ? 'refused' : 'failed';
    process.stderr.write(`${outcome}: ${messageOf(error)}\n`);
    if (options.json) printOutcome({ outcome, why: messageOf(error), ...nothingDone });
    return exitCodes[outcome];
  }
}

const nothingDone = { patch: null, verification: null, usage: null, attempts: [], stages: [] };

async function run(options: FixOptions, config: Config, progress: Progress, signal: AbortSignal) {
  const text = await readIssue(options.issue);
  if (options.out !== undefined) await checkWritable(options.out);
  const print: Emit = async (...events) => {
    for (const event of events) {
      if (options.json && event.type !== 'outcome') process.stdout.write(`${JSON.stringify(event)}\n`);
      await progress.show(event);
    }
  };
  const { repo: directory, base, limits, attempts, keepSandbox, registries: registriesOf } = options;
  const task = { directory, base, text, limits, attempts, keepSandbox, registriesOf };
  return runLocally(task, config, progress, print, signal);
}

/** Before anything is paid: can the patch be put where it is wanted? */
async function checkWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw new OperationalError(
      'bad_config',
      `The patch cannot be written to ${path}: make its directory first.`,
      {
        cause: error,
      },
    );
  }
}

/** Gives the result to whoever asked: the patch, or everything as JSON. */
async function hand(result: RunResult, options: FixOptions): Promise<void> {
  if (options.out !== undefined && result.patch !== null) await writeFile(options.out, result.patch);
  if (options.json) printOutcome(result);
  else if (result.patch !== null && options.out === undefined) process.stdout.write(result.patch);
}

function printOutcome(result: object): void {
  process.stdout.write(`${JSON.stringify({ type: 'outcome', ...result })}\n`);
}
