import { randomBytes } from 'node:crypto';
import { createBashTool } from '../agent/bash.ts';
import { createEditorTool } from '../agent/editor.ts';
import { baselineMessage, factsMessage } from '../agent/facts.ts';
import { firstMessages, type TaskText } from '../agent/first-message.ts';
import { type AgentContext, type Complete, runAgent, say as tell } from '../agent/loop.ts';
import { prompt } from '../agent/prompts.ts';
import type { Usage } from '../core/conversation.ts';
import type { Environment } from '../core/environment.ts';
import { type ErrorCode, isRefusal, messageOf, OperationalError } from '../core/errors.ts';
import type { AgentEnd, Emit, Say } from '../core/events.ts';
import type { RunLimits } from '../core/limits.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Published } from '../core/published.ts';
import { countByStatus, type TestRun } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';
import { detectEnvironment } from '../environment/detect.ts';
import { prepareEnvironment } from '../environment/prepare.ts';
import {
  mergeConfigs,
  type OrganisationConfig,
  type RepositoryConfig,
  readRepositoryConfig,
} from '../environment/repository-config.ts';
import { type Proof, prove } from '../verify/prove.ts';
import { type CommitFiles, commitFiles, isAncestor, treeOf } from '../workspace/commits.ts';
import type { GitDirectory } from '../workspace/git.ts';
import { advance, excludePaths, placeAncestry, placeTip, restoreTracked } from '../workspace/history.ts';
import { type Baseline, startBaseline } from './baseline.ts';
import { type CollectedChange, collectChange } from './collect-change.ts';
import { describeChange } from './describe-change.ts';
import type { BaselineStore, RunSandbox, Sandboxes } from './ports.ts';
import { createRunLog, type RunLog, type StageTime } from './run-log.ts';
import { type Base, createTestBench, type TestGround } from './test-bench.ts';

/** What a run is about. All of it is frozen before the run begins. */
export interface Task {
  run: string;
  title: string;
  /** The commit to start from. */
  commit: string;
  /** What earlier attempts at this run cost: the limits hold for all of them together. */
  spentBefore: { usd: number; steps: number };
  /** Brings that commit to this host. A rejection ends the run in its words. */
  open(signal: AbortSignal): Promise<OpenedTask>;
  /** Names the repository in cache keys. */
  repository: string;
  model: string;
  limits: RunLimits;
}

interface OpenedTask {
  git: GitDirectory;
  /** What the agent reads. */
  text: TaskText;
  /** What the organisation says for all of its repositories. */
  organisation: OrganisationConfig;
}

export interface RunAdapters {
  sandboxes: Sandboxes;
  baselines: BaselineStore;
  complete: Complete;
  /** Saves an event before what follows from it is done. */
  emit: Emit;
  /** Shows what is going on right now. */
  say: Say;
  now: () => number;
  /** Puts a change that was tested where people review it, with a proof or with the reason why there is none. */
  publish?: Publish;
}

export type Publish = (change: CollectedChange, end: End) => Promise<Published>;

export interface RunResult {
  outcome: Outcome;
  why: string;
  /** What the agent changed, also when it is not proven; null when nothing. */
  patch: string | null;
  verification: Verification | null;
  usage: Usage & { usd: number; steps: number };
  stages: StageTime[];
}

/** What is known so far, for an end at any point. */
interface Progress {
  change: CollectedChange | null;
  proof: Proof | null;
}

/**
 * One run, from a frozen task to an outcome: workspace, environment, check, agent, verify. Never rejects for what a
 * repository, a model or a sandbox does: every end is an outcome, and a patch that exists is part of it.
 */
export async function runPipeline(
  task: Task,
  adapters: RunAdapters,
  signal: AbortSignal,
): Promise<RunResult> {
  const log = createRunLog(adapters.emit, adapters.now, task.spentBefore);
  const progress: Progress = { change: null, proof: null };
  const { run, title, commit, model } = task;
  await log.emit({ type: 'run_started', run, title, base: commit, model });
  const end = await work(task, adapters, log, progress, signal)
    .then((worked) => publishResult(worked, adapters, log, progress, signal))
    .catch((error: unknown) => endOf(error, signal));
  const { outcome, why } = end;
  await log.emit({ type: 'outcome', ...end });
  return {
    outcome,
    why,
    patch: progress.change?.patch ?? null,
    verification: progress.proof?.verification ?? null,
    usage: log.usage(),
    stages: log.stages(),
  };
}

type End = Pick<RunResult, 'outcome' | 'why'> & { code?: ErrorCode };

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
  const { base, text, files, config, tree } = await log.stage('workspace', async () => {
    const { git, text, organisation } = await task.open(signal);
    const files = commitFiles(git, commit);
    const config = mergeConfigs(organisation, await readRepositoryConfig(files));
    return { base: { git, commit }, text, files, config, tree: await treeOf(git, commit) };
  });
  const { sandboxes } = adapters;
  await using opened = new AsyncDisposableStack();
  const { ground, sandbox } = await log.stage('environment', () =>
    onceMoreIfGone(async () => {
      const environment = await makeReady({ ...task, base }, config, files, adapters, log, signal);
      const ground: TestGround = { sandboxes, environment, base, suiteSeconds: task.limits.suiteSeconds };
      // as long as there is a sandbox of it, an image cannot be removed
      return { ground, sandbox: await openAtBase(ground, opened) };
    }),
  );
  const { baseline } = await log.stage('check', async () => {
    const about = { tree, paths: await files.paths() };
    const started = await startBaseline(ground, about, adapters.baselines, signal);
    const results = announceBaseline(started, log);
    results.catch(() => {}); // whoever needs it hears of it; until then it must not end the process
    opened.defer(async () => {
      started.stop();
      await results;
    });
    await started.check;
    return { baseline: results };
  });

  const stretch = { task, text, config, ground, sandbox, files, baseline, adapters, log, progress, signal };
  try {
    return await agentAndProof(stretch);
  } catch (error) {
    await keepWhatIsThere(stretch);
    throw error;
  }
}

/** Finds or builds the environment of the base commit. */
async function makeReady(
  task: Task & { base: Base },
  config: RepositoryConfig,
  files: CommitFiles,
  { sandboxes, say }: RunAdapters,
  log: RunLog,
  signal: AbortSignal,
): Promise<Environment> {
  const { git, commit } = task.base;
  const plan = await detectEnvironment(files, config);
  say(`detected: ${plan.summary}`);
  const { environment, cached } = await prepareEnvironment(
    plan,
    {
      files,
      scope: [task.repository, sandboxes.image],
      base: commit,
      installVariables: sandboxes.installVariables,
      find: sandboxes.findEnvironments,
      isInHistory: (candidate) => isAncestor(git, candidate, commit),
      open: sandboxes.openForInstall,
      placeTip: (shell) => placeTip(shell, git, commit),
      placeAncestry: (shell) => placeAncestry(shell, git, commit),
      restoreTracked,
      excludePaths,
    },
    say,
    signal,
  );
  const { image, leftOut, notes } = environment;
  await log.emit({
    type: 'environment_ready',
    summary: environment.plan.summary,
    cached,
    image,
    leftOut,
    notes,
  });
  return environment;
}

/** An image may be removed between the look for it and its start, by hand or by another process: then it is made anew. */
async function onceMoreIfGone<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationalError) || error.code !== 'image_unavailable') throw error;
    return await work();
  }
}

async function openAtBase(ground: TestGround, opened: AsyncDisposableStack): Promise<RunSandbox> {
  const { sandboxes, environment, base } = ground;
  const sandbox = opened.use(await sandboxes.open(environment, 'agent'));
  await advance(sandbox, base.git, environment.base, base.commit);
  return sandbox;
}

async function announceBaseline(baseline: Baseline, log: RunLog): Promise<TestRun> {
  const run = await baseline.results;
  const { problem, seconds } = run;
  if (!baseline.stopped()) {
    await log.emit({
      type: 'baseline_ready',
      counts: countByStatus(run),
      problem,
      seconds,
      cached: baseline.cached,
    });
  }
  return run;
}

interface Stretch {
  task: Task;
  text: TaskText;
  config: RepositoryConfig;
  ground: TestGround;
  sandbox: RunSandbox;
  files: CommitFiles;
  baseline: Promise<TestRun>;
  adapters: RunAdapters;
  log: RunLog;
  progress: Progress;
  signal: AbortSignal;
}

/** The agent works until it says that it is done; the proof answers with facts; until proven, or out of rounds. */
async function agentAndProof(stretch: Stretch): Promise<End> {
  const { task, log, progress, signal } = stretch;
  const context = await startConversation(stretch);
  for (let round = 1; ; round++) {
    const end = await log.stage('agent', () => runAgent(context, signal));
    await log.emit({ type: 'agent_ended', end });
    const change = await log.stage('agent', () => collect(stretch));
    progress.change = change;
    progress.proof = null;
    const isLast = end !== 'finished' || round > task.limits.rounds;

    if (change === null) {
      if (isLast || round > 1) return { outcome: 'no_change', why: whyNothing(end) };
      await tell(context, { role: 'user', content: prompt('no-change', {}) });
      continue;
    }
    const files = describeChange(change, await stretch.files.paths());
    await log.emit({ type: 'changed', files, tree: change.tree });
    if (change.violations.length > 0) {
      const problems = change.violations.map(
        ({ path, why }) => `- ${path === '' ? 'the whole change' : path}: ${why}`,
      );
      if (isLast)
        return {
          outcome: 'refused',
          code: 'change_refused',
          why: `the change cannot be published:\n${problems.join('\n')}`,
        };
      await tell(context, {
        role: 'user',
        content: prompt('refused-change', { problems: problems.join('\n') }),
      });
      continue;
    }
    const proof = await log.stage('verify', () => verify(stretch, change));
    progress.proof = proof;
    const { verification } = proof;
    await log.emit({ type: 'verified', round, verification });
    if (verification.verdict === 'proven') return { outcome: 'proven', why: verification.why };
    if (isLast) return { outcome: 'unproven', why: withEnd(verification.why, end) };
    await tell(context, { role: 'user', content: factsMessage(verification, proof.failures, proof.output) });
  }
}

async function startConversation(stretch: Stretch): Promise<AgentContext> {
  const { task, text, ground, sandbox, files, adapters, log } = stretch;
  const repository = { paths: await files.paths(), read: (paths: readonly string[]) => files.readAll(paths) };
  const boundary = `-----${randomBytes(16).toString('hex')}-----`;
  let news: string | null = null;
  stretch.baseline.then(
    (run) => {
      news = baselineMessage(run);
    },
    () => {}, // whoever needs the baseline hears of it
  );
  const { commandSeconds, outputCharacters } = task.limits;
  const context: AgentContext = {
    messages: [],
    tools: [
      createBashTool(sandbox, { seconds: commandSeconds, characters: outputCharacters }),
      createEditorTool(sandbox, outputCharacters),
    ],
    complete: adapters.complete,
    limits: task.limits,
    spent: log.spent,
    emit: log.emit,
    news: () => {
      const now = news;
      news = null;
      return now;
    },
  };
  for (const message of await firstMessages(text, ground.environment.plan, repository, boundary)) {
    await tell(context, message);
  }
  return context;
}

function collect({ sandbox, ground, config }: Stretch): Promise<CollectedChange | null> {
  return collectChange(sandbox, ground.environment, ground.base, config.protected_paths ?? []);
}

function verify(stretch: Stretch, change: CollectedChange): Promise<Proof> {
  const { ground, files, adapters, signal } = stretch;
  return prove(
    change.changes,
    { tree: change.tree, base: ground.base.commit },
    {
      runTests: createTestBench(ground, signal),
      baseline: stretch.baseline,
      readBase: (paths) => files.readAll(paths),
      basePaths: () => files.paths(),
      say: adapters.say,
    },
  );
}

/** After a fault or a cancellation: the work that is in the sandbox is not lost. */
async function keepWhatIsThere(stretch: Stretch): Promise<void> {
  try {
    stretch.progress.change = (await collect(stretch)) ?? stretch.progress.change;
  } catch {
    // the sandbox may be what failed; the change of the last round, if any, is still there
  }
}

function whyNothing(end: AgentEnd): string {
  return withEnd('the agent changed nothing', end);
}

const endings: Record<AgentEnd, string> = {
  finished: '',
  steps: 'the limit of steps was reached',
  money: 'the budget is used up',
  time: 'the time limit was reached',
  no_progress: 'the agent repeated itself without progress',
  malformed: 'the model gave no usable answer',
  length: "the model's answers were cut off at the output limit",
};

function withEnd(why: string, end: AgentEnd): string {
  return end === 'finished' ? why : `${why} (${endings[end]})`;
}
