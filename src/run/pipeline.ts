import type { EnvironmentPlan } from '../core/environment.ts';
import { isRefusal, messageOf, OperationalError, originOf } from '../core/errors.ts';
import { detectEnvironments } from '../environment/detect.ts';
import { mergeConfigs, readRepositoryConfig } from '../environment/repository-config.ts';
import { placeChanges } from '../workspace/apply.ts';
import { unpackChanges } from '../workspace/changes-archive.ts';
import { commitFiles, treeOf } from '../workspace/commits.ts';
import { advance } from '../workspace/history.ts';
import { announceBaseline, startBaseline } from './baseline.ts';
import { createCheckpoints } from './checkpoints.ts';
import { firstThatWorks } from './first-that-works.ts';
import { makeReady, onceMoreIfGone } from './make-ready.ts';
import { type Left, noPast, type Past } from './past.ts';
import type { RunSandbox } from './ports.ts';
import { relevantTests } from './relevant-tests.ts';
import { agentAndProof, collect, type Progress, type Stretch } from './rounds.ts';
import { createRunLog, type RunLog } from './run-log.ts';
import type { End, RunAdapters, RunResult, Task } from './task.ts';
import type { TestGround } from './test-bench.ts';

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
  const past = task.left?.past ?? noPast;
  const log = createRunLog(adapters.emit, adapters.now, past.spent);
  const progress: Progress = { change: null, proof: null, proven: null };
  const { run, title, commit, model } = task;
  await log.emit(
    past.begun ? { type: 'run_resumed' } : { type: 'run_started', run, title, base: commit, model },
  );
  const end = await work(task, adapters, log, progress, signal)
    .then((worked) => publishResult(worked, adapters, log, progress, signal))
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
    stages: log.stages(),
  };
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
  { publish }: RunAdapters,
  log: RunLog,
  { change, proof }: Progress,
  signal: AbortSignal,
): Promise<End> {
  if (publish === undefined || change === null || proof === null || end.outcome === 'refused') return end;
  signal.throwIfAborted();
  const published = await log.stage('publish', () => publish(change, end));
  await log.emit({ type: 'published', published });
  return end;
}

async function work(
  task: Task,
  adapters: RunAdapters,
  log: RunLog,
  progress: Progress,
  signal: AbortSignal,
): Promise<End> {
  const { commit } = task;
  const past = task.left?.past ?? noPast;
  const { base, text, files, config, tree } = await log.stage('workspace', async () => {
    const { git, text, organisation } = await task.open(signal);
    const files = commitFiles(git, commit);
    const config = mergeConfigs(organisation, await readRepositoryConfig(files));
    return { base: { git, commit }, text, files, config, tree: await treeOf(git, commit) };
  });
  const { sandboxes } = adapters;
  const plans = plansFor(past, await detectEnvironments(files, config));
  await using opened = new AsyncDisposableStack();
  const broken = new AbortController();
  const asked = Promise.withResolvers<void>();
  const complete: RunAdapters['complete'] = (...request) => {
    asked.resolve();
    return adapters.complete(...request);
  };
  const { ground, sandbox, baseline } = await firstThatWorks(plans, async (plan, triedBefore) => {
    await using attempt = new AsyncDisposableStack();
    const { ground, sandbox } = await log.stage('environment', () =>
      onceMoreIfGone(async () => {
        const site = { repository: task.repository, base, files };
        const { environment } = await makeReady(site, { plan, triedBefore }, adapters, log, signal);
        const ground: TestGround = { sandboxes, environment, base, suiteSeconds: task.limits.suiteSeconds };
        // as long as there is a sandbox of it, an image cannot be removed
        return { ground, sandbox: await openAtBase(ground, attempt) };
      }),
    );
    const { baseline } = await log.stage('check', async () => {
      const about = { tree, paths: await files.paths(), relevant: () => relevantTests(text, files) };
      const started = await startBaseline(ground, about, adapters.baselines, signal, asked.promise);
      const results = announceBaseline(started, log);
      results.catch(() => {}); // whoever needs it hears of it; until then it must not end the process
      attempt.defer(async () => {
        started.stop();
        await results;
      });
      await refill(sandbox, task.left);
      const isAllowed = config.allow_without_tests === true && plan === plans.at(-1);
      const mayFail = isAllowed || past.messages.length > 0; // then it was seen that tests run here
      if (!mayFail && started.ranBefore)
        started.check.catch((error) => {
          if (isRefusal(error)) broken.abort(error); // anything else is the baseline's own trouble
        });
      else if (!mayFail) await started.check;
      return { baseline: results };
    });
    opened.use(attempt.move());
    return { ground, sandbox, baseline };
  });

  const checkpoint = task.left === null ? async () => [] : createCheckpoints(sandbox);
  const both = AbortSignal.any([signal, broken.signal]);
  const parts = { task, text, config, ground, sandbox, files, baseline, log, progress, past, checkpoint };
  const stretch = { ...parts, adapters: { ...adapters, complete }, signal: both };
  try {
    return await agentAndProof(stretch);
  } catch (error) {
    if (adapters.isPassing?.(error) !== true) await keepWhatIsThere(stretch);
    throw broken.signal.aborted && !signal.aborted ? broken.signal.reason : error;
  }
}

/** A run that is gone on with keeps to the plan whose tests were seen to run. */
function plansFor(past: Past, plans: EnvironmentPlan[]): EnvironmentPlan[] {
  const chosen = plans.filter(({ summary }) => summary === past.plan);
  return past.messages.length === 0 || chosen.length === 0 ? plans : chosen;
}

async function openAtBase(ground: TestGround, opened: AsyncDisposableStack): Promise<RunSandbox> {
  const { sandboxes, environment, base } = ground;
  const sandbox = opened.use(await sandboxes.open(environment, 'agent'));
  await advance(sandbox, base.git, environment.base, base.commit);
  return sandbox;
}

/** Makes the sandbox hold what an earlier one held when it was lost. */
async function refill(sandbox: RunSandbox, left: Left | null): Promise<void> {
  if (left !== null && left.workTree !== null) await placeChanges(sandbox, unpackChanges(left.workTree));
}

/** After a fault or a cancellation: the work that is in the sandbox is not lost. */
async function keepWhatIsThere(stretch: Stretch): Promise<void> {
  try {
    stretch.progress.change = (await collect(stretch)) ?? stretch.progress.change;
  } catch {
    // the sandbox may be what failed; the change of the last round, if any, is still there
  }
}
