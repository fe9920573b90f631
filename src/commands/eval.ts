import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { openEngine } from '../adapters.ts';
import { type Config, requireApiKey } from '../config.ts';
import { type AttemptRules, oneAttempt } from '../core/attempts.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { RunLimits } from '../core/limits.ts';
import { exitCodes } from '../core/outcome.ts';
import { type Instance, readInstances, selectInstances } from '../eval/instance.ts';
import {
  createReport,
  type InstanceResult,
  isResolved,
  printPrediction,
  type Report,
  reasonOf,
} from '../eval/result.ts';
import { openResultsFile, type ResultsFile } from '../eval/results-file.ts';
import { createImageEviction } from '../housekeeping/image-eviction.ts';
import { createEvaluationProgress, type EvaluationProgress } from '../report/terminal/evaluation-progress.ts';
import { type Evaluation, evaluateInstance, type Gold } from './evaluate-instance.ts';

export interface EvalOptions {
  instances: string;
  repos: string;
  out: string;
  workers: number;
  gold: Gold | null;
  /** Parts of ids. */
  only: readonly string[] | null;
  limits: RunLimits;
  attempts: AttemptRules;
  json: boolean;
}

/** What hits every instance that is still to come in the same way. */
const fatal = new Set<ErrorCode | null>([
  'engine_unavailable',
  'disk_full',
  'model_refused_key',
  'model_out_of_money',
  'model_unknown',
]);

/**
 * `ai-fix eval`: the pipeline of `fix` on many instances, each scored by tests that the agent never saw. What is
 * finished stays finished: started again, it goes on. Returns the exit code.
 */
export async function evaluate(options: EvalOptions, config: Config, signal: AbortSignal): Promise<number> {
  const instances = selectInstances(await readInstances(options.instances), options.only);
  const model = options.gold === null ? config.model.name : goldNames[options.gold];
  const attempts = options.gold === null ? options.attempts : oneAttempt; // a script has nothing to add
  const settings = { model, gold: options.gold, ...attemptSettings(attempts) };
  const file = await openResultsFile(options.out, settings);
  if (options.gold === null) requireApiKey(config); // before anything is set up
  const problem = await evaluateAll(instances, file, { ...options, attempts }, config, signal);
  const ids = instances.map(({ instance_id: id }) => id);
  const results = ids.map((id) => file.results.get(id)).filter((result) => result !== undefined);
  const report = createReport(ids, results, settings);
  await writeResults(options.out, report, results, model);
  tell(report, options, problem);
  if (signal.aborted) return exitCodes.cancelled;
  return problem === null ? 0 : exitCodes.failed;
}

/** Results of one attempt say nothing of attempts. */
function attemptSettings({ attempts, escalationModel, escalationEffort }: AttemptRules) {
  if (attempts === 1) return {};
  const then = [escalationModel, escalationEffort].filter((part) => part !== null).join(' ');
  return { attempts: then === '' ? `${attempts}` : `${attempts}, then ${then}` };
}

const goldNames: Record<Gold, string> = { all: 'gold', source: 'gold-source' };

/** Works on what is not finished. Returns what keeps it from going on, if anything does. */
async function evaluateAll(
  instances: readonly Instance[],
  file: ResultsFile,
  options: EvalOptions,
  config: Config,
  signal: AbortSignal,
): Promise<string | null> {
  const finished = instances.filter(({ instance_id: id }) => file.finished.has(id));
  const left = instances.filter((instance) => !finished.includes(instance));
  const isGood = ({ instance_id: id }: Instance) => isResolvedResult(file.results.get(id));
  const counts = { total: instances.length, done: finished.length, good: finished.filter(isGood).length };
  const progress = createEvaluationProgress(process.stderr, { colour: config.colour, ...counts });
  try {
    if (finished.length > 0) progress.note(`${finished.length} of ${instances.length} are finished already`);
    if (left.length === 0) return null;
    const { repos, gold, limits, attempts, out, workers } = options;
    const engine = await openEngine(config, progress.note);
    const evict = createImageEviction(engine, config.cache);
    const evaluation = { repos, gold, limits, attempts, config, engine };
    return await pool(left, workers, signal, async (instance) => {
      const ended = await evaluateOne(instance, evaluation, out, progress, signal);
      if (ended === null) return null;
      await file.append(ended.result);
      await evict();
      return fatal.has(ended.code) ? ended.result.why : null;
    });
  } finally {
    progress.stop();
  }
}

/** Some at a time, until one tells a problem: the first of them is returned once all that had begun have ended. */
async function pool(
  instances: readonly Instance[],
  workers: number,
  signal: AbortSignal,
  work: (instance: Instance) => Promise<string | null>,
): Promise<string | null> {
  let problem: string | null = null;
  const limit = pLimit(workers);
  await limit.map(instances, async (instance) => {
    if (problem === null && !signal.aborted) problem = (await work(instance)) ?? problem;
  });
  return problem;
}

const isResolvedResult = (result: InstanceResult | undefined) => result !== undefined && isResolved(result);

/** Null when it was interrupted. */
async function evaluateOne(
  instance: Instance,
  evaluation: Evaluation,
  out: string,
  progress: EvaluationProgress,
  signal: AbortSignal,
) {
  const id = instance.instance_id;
  progress.started(id);
  const listener = {
    event: (event: Parameters<EvaluationProgress['event']>[1]) => progress.event(id, event),
    say: (line: string) => progress.say(id, line),
    scoring: () => progress.scoring(id),
  };
  try {
    const ended = await evaluateInstance(instance, evaluation, join(out, 'runs', id), listener, signal);
    progress.ended(id, isResolved(ended.result), describe(ended.result));
    return ended;
  } catch (error) {
    if (!signal.aborted) throw error;
    return null;
  }
}

function describe(result: InstanceResult): string {
  const { stage, reason } = reasonOf(result);
  const how = isResolved(result) ? 'resolved' : `unresolved at ${stage}`;
  const proof = result.proven ? 'proven' : result.outcome;
  const why = isResolved(result) && !result.proven ? result.why : reason;
  return `${how}, ${proof}: ${why} (${result.seconds} s)${result.again ? '; tried again next time' : ''}`;
}

async function writeResults(
  out: string,
  report: Report,
  results: readonly InstanceResult[],
  model: string,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const predictions = results.map((result) => printPrediction(result, model));
  await writeFile(join(out, 'predictions.jsonl'), predictions.join(''));
  await writeFile(join(out, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
}

function tell(report: Report, { out, json }: EvalOptions, problem: string | null): void {
  const { total, resolved, proven, unfinished } = report;
  const lines = [
    `${resolved.length} of ${total} resolved by the hidden tests, ${proven.length} proven by their own tests`,
    ...(unfinished.length > 0
      ? [`${unfinished.length} are not finished: the same command goes on with them`]
      : []),
    ...(problem === null ? [] : [`stopped, because the rest would fail in the same way: ${problem}`]),
    `everything is in ${out}`,
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}
