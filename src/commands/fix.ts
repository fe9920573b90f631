import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, requireApiKey } from '../config.ts';
import { isRefusal, messageOf, OperationalError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { RunLimits } from '../core/limits.ts';
import { exitCodes } from '../core/outcome.ts';
import { baselineDirectory, createSandboxes, openEngine } from '../main.ts';
import { createModel } from '../model/client.ts';
import { createProgress, type Progress } from '../report/progress.ts';
import { createBaselineStore } from '../run/baseline-store.ts';
import { createEventFile } from '../run/event-file.ts';
import { type RunResult, runPipeline } from '../run/pipeline.ts';
import { openLocalRepository } from '../workspace/local-repository.ts';
import { readIssue } from './issue-file.ts';

export interface FixOptions {
  repo: string;
  issue: string;
  base: string;
  out: string | undefined;
  limits: RunLimits;
  keepSandbox: boolean;
  json: boolean;
}

const maximumOutputTokens = 64_000;

/**
 * `ai-fix fix`: one run on a local repository, without GitHub. The patch, or with `json` every event and the outcome,
 * goes to stdout; what is going on goes to stderr. Returns the exit code.
 */
export async function fix(options: FixOptions, config: Config, signal: AbortSignal): Promise<number> {
  const progress = createProgress(process.stderr, { colour: config.colour });
  const print: Emit = async (event) => {
    if (options.json && event.type !== 'outcome') process.stdout.write(`${JSON.stringify(event)}\n`);
    await progress.show(event);
  };
  try {
    const result = await run(options, config, print, progress, signal);
    progress.stop();
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

const nothingDone = { patch: null, verification: null, usage: null, stages: [] };

async function run(
  options: FixOptions,
  config: Config,
  print: Emit,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunResult> {
  const text = await readIssue(options.issue);
  const runId = `fix-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;
  const directory = join(config.dataDirectory, 'fix', runId);
  await using repository = await openLocalRepository(options.repo, directory);
  const commit = await repository.resolve(options.base);
  const apiKey = requireApiKey(config);
  const engine = await openEngine(config, progress.say);
  const file = await createEventFile(directory);
  const emit: Emit = async (event) => {
    await file.append(event);
    await print(event);
  };
  if (repository.uncommitted.length > 0)
    await emit({ type: 'note', text: describeUncommitted(repository.uncommitted) });
  const model = createModel({
    apiKey,
    baseUrl: config.model.baseUrl,
    model: config.model.name,
    effort: 'high',
    userId: 'ai-fix',
    maximumOutputTokens,
  });
  const result = await runPipeline(
    {
      run: runId,
      text,
      base: { git: repository.git, commit },
      repository: repository.identity,
      model: model.name,
      limits: options.limits,
    },
    {
      sandboxes: createSandboxes(engine, config, runId, options.keepSandbox),
      baselines: createBaselineStore(baselineDirectory(config)),
      complete: completeWith(model, emit),
      emit,
      say: progress.say,
      now: () => performance.now(),
    },
    signal,
  );
  if (result.patch !== null) await writeFile(join(directory, 'change.patch'), result.patch);
  progress.stop();
  process.stderr.write(`everything of this run is in ${directory}\n`);
  return result;
}

/** The model with its tools' definitions and its retries told. */
function completeWith(
  model: ReturnType<typeof createModel>,
  emit: Emit,
): Parameters<typeof runPipeline>[1]['complete'] {
  return (messages, tools, signal) =>
    model.complete({
      messages,
      tools,
      signal,
      onRetry: (fault, seconds) => emit({ type: 'model_retried', why: fault.message, seconds }),
    });
}

function describeUncommitted(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  return `uncommitted changes are not seen: ${shown}${more}`;
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
