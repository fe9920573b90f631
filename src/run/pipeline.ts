import type { EndedAttempt } from '../core/attempts.ts';
import type { EnvironmentPlan } from '../core/environment.ts';
import { isRefusal, messageOf, OperationalError, originOf } from '../core/errors.ts';
import { detectEnvironments } from '../environment/detect/detect.ts';
import { mergeConfigs, readRepositoryConfig } from '../environment/repository-config.ts';
import { placeChanges } from '../workspace/apply.ts';
import { unpackChanges } from '../workspace/changes-archive.ts';
import { commitFiles, treeOf } from '../workspace/commits.ts';
import {
  type AttemptProgress,
  nothingYet,
  type OngoingRun,
  type RunContext,
} from './attempt/attempt-context.ts';
import { attemptRules } from './attempt/attempt-rules.ts';
import { runAttempts } from './attempt/attempts.ts';
import { type LoggedState, nothingLogged } from './logged-state.ts';
import type { Site } from './prepare/build-environment.ts';
import { type PrepareOptions, prepareRun } from './prepare/prepare-run.ts';
import { relevantTests } from './prepare/relevant-tests.ts';
import type { ResumePoint } from './resume-point.ts';
import { createRunLog } from './run-log.ts';
import type { RunSandbox } from './sandboxes.ts';
import type { AttemptSummary, End, RunAdapters, RunResult, Task } from './task.ts';

/**
 * One run, from a frozen task to an outcome: workspace, environment, check, agent, verify. A run that was left is gone
 * on with where its log ends. Rejects for nothing that a repository, a model or a sandbox does, but for what
 * `isPassing` says: every other end is an outcome, and a patch that exists is part of it.
 */
export async function runPipeline(
  task: Task,
  adapters: RunAdapters,
  signal: AbortSignal,
): Promise<RunResult> {
  const logged = task.resume?.logged ?? nothingLogged;
  const log = createRunLog(adapters.emit, adapters.now, logged.spent);
  const ongoing: OngoingRun = { task, adapters, log, signal };
  const progress = nothingYet();
  const { run, title, commit, model } = task;
  await log.emit(
    logged.begun ? { type: 'run_resumed' } : { type: 'run_started', run, title, base: commit, model },
  );
  const end = await work(ongoing, progress)
    .then((worked) => publishResult(worked, ongoing, progress))
    .catch((thrown: unknown) => {
      const error = originOf(thrown);
      if (adapters.isPassing?.(error) === true) throw error;
      return endOf(error, signal);
    });
  const { outcome, why } = end;
  await log.emit({ type: 'outcome', ...end, usage: log.usage() });
  return {
    outcome,
    why,
    patch: progress.change?.patch ?? null,
    verification: progress.proof?.verification ?? null,
    usage: log.usage(),
    attempts: log.attempts().map(summaryOf),
    stages: log.stages(),
  };
}

function summaryOf({ attempt, model, effort, outcome, why, usage }: EndedAttempt): AttemptSummary {
  return { attempt, model, effort, outcome, why, usage };
}

/** An abort's reason is for people where it is a text. */
function endOf(error: unknown, signal: AbortSignal): End {
  if (signal.aborted) {
    const why = typeof signal.reason === 'string' ? signal.reason : 'the run was cancelled';
    return { outcome: 'cancelled', why };
  }
  const outcome = isRefusal(error) ? 'refused' : 'failed';
  const code = error instanceof OperationalError ? { code: error.code } : {};
  return { outcome, why: messageOf(error), ...code };
}

/** Only what went through the proof is published; it is said there when it did not pass. */
async function publishResult(
  end: End,
  { adapters, log, signal }: OngoingRun,
  { change, proof }: AttemptProgress,
): Promise<End> {
  const { publish } = adapters;
  if (publish === undefined || change === null || proof === null || end.outcome === 'refused') return end;
  signal.throwIfAborted();
  const published = await log.stage('publish', () => publish(change, end));
  await log.emit({ type: 'published', published });
  return end;
}

/** All up to the proof. What comes of it is in `progress`, also when it rejects. */
async function work(ongoing: OngoingRun, progress: AttemptProgress): Promise<End> {
  const { task, adapters, log, signal } = ongoing;
  const logged = task.resume?.logged ?? nothingLogged;
  const { text, config, tree, site } = await log.stage('workspace', () => openSite(task, signal));
  const plans = plansFor(logged, await detectEnvironments(site.files, config));
  const first = watchFirstRequest(adapters);
  const options: PrepareOptions = {
    ...{ site, tree, asked: first.asked, suiteSeconds: task.limits.suiteSeconds },
    relevant: () => relevantTests(text, site.files),
    mayFail: (plan) =>
      logged.messages.length > 0 || (config.allow_without_tests === true && plan === plans.at(-1)),
    fill: (sandbox) => refill(sandbox, task.resume),
  };
  await using ready = await prepareRun(plans, options, { adapters, log, signal });
  const { ground, sandbox, baseline, broken } = ready;
  const context: RunContext = {
    ...{ ...ongoing, text, config, ground, files: site.files, baseline },
    adapters: first.adapters,
    signal: AbortSignal.any([signal, broken]),
  };
  try {
    return await runAttempts(context, attemptRules(task.attempts, config), sandbox, progress);
  } catch (error) {
    throw broken.aborted && !signal.aborted ? broken.reason : error;
  }
}

/** Brings the base commit here, and reads what repository and organisation say. */
async function openSite(task: Task, signal: AbortSignal) {
  const { commit, repository } = task;
  const { git, text, organisation } = await task.open(signal);
  const files = commitFiles(git, commit);
  const config = mergeConfigs(organisation, await readRepositoryConfig(files));
  const site: Site = { repository, base: { git, commit }, files };
  return { text, config, tree: await treeOf(git, commit), site };
}

/** The same adapters; `asked` settles when the model is asked for the first time. */
function watchFirstRequest(adapters: RunAdapters): { adapters: RunAdapters; asked: Promise<void> } {
  const asked = Promise.withResolvers<void>();
  const model: RunAdapters['model'] = (choice) => {
    const complete = adapters.model(choice);
    return (...request) => {
      asked.resolve();
      return complete(...request);
    };
  };
  return { adapters: { ...adapters, model }, asked: asked.promise };
}

/** A run that is gone on with keeps to the plan whose tests were seen to run. */
function plansFor(logged: LoggedState, plans: EnvironmentPlan[]): EnvironmentPlan[] {
  const chosen = plans.filter(({ summary }) => summary === logged.plan);
  return logged.messages.length === 0 || chosen.length === 0 ? plans : chosen;
}

/** Makes the sandbox hold what an earlier one held when it was lost. */
async function refill(sandbox: RunSandbox, left: ResumePoint | null): Promise<void> {
  if (left !== null && left.workTree !== null) await placeChanges(sandbox, unpackChanges(left.workTree));
}
