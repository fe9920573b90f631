import { createBashTool } from '../../agent/bash.ts';
import { createEditorTool } from '../../agent/editor.ts';
import { baselineMessage, factsMessage, resumedMessage, reviewMessage } from '../../agent/facts.ts';
import type { TaskText } from '../../agent/first-message.ts';
import { type AgentContext, addMessage, type Complete, runAgent } from '../../agent/loop.ts';
import { prompt } from '../../agent/prompts.ts';
import { isModelFailure, messageOf, OperationalError } from '../../core/errors.ts';
import { type AgentEnd, type AgentEnded, type News, type RunEvent, whyEnded } from '../../core/events.ts';
import { type RunLimits, spentSince } from '../../core/limits.ts';
import type { TestRun } from '../../core/tests.ts';
import type { Verification } from '../../core/verification.ts';
import { findPackages } from '../../environment/packages.ts';
import type { RepositoryConfig } from '../../environment/repository-config.ts';
import { type Proof, prove } from '../../verify/prove.ts';
import type { CommitFiles } from '../../workspace/commits.ts';
import { fingerprint } from '../../workspace/export.ts';
import type { Past } from '../past.ts';
import type { RunLog } from '../run-log.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { End, RunAdapters, Task } from '../task.ts';
import { createTestBench, type TestGround } from '../test-bench.ts';
import { checkChange } from './check-change.ts';
import { type CollectedChange, collectChange } from './collect-change.ts';
import { describeChange } from './describe-change.ts';

/** What is known so far, for an end at any point. */
export interface Progress {
  change: CollectedChange | null;
  proof: Proof | null;
  /** A change that was proven before the agent looked at it once more. */
  proven: { change: CollectedChange; proof: Proof; round: number } | null;
}

export const nothingYet = (): Progress => ({ change: null, proof: null, proven: null });

/** What is the same for all attempts of a run. */
export interface Course {
  task: Task;
  text: TaskText;
  config: RepositoryConfig;
  ground: TestGround;
  files: CommitFiles;
  baseline: Promise<TestRun>;
  adapters: RunAdapters;
  log: RunLog;
  signal: AbortSignal;
}

/** All that the agent's rounds of one attempt need. */
export interface Stretch extends Course {
  sandbox: RunSandbox;
  complete: Complete;
  /** What this attempt may spend. */
  limits: RunLimits;
  /** How the attempt was left, or its first messages. */
  past: Past;
  progress: Progress;
  checkpoint: () => Promise<RunEvent[]>;
}

/**
 * The agent works until it says that it is done; the proof answers with facts; until proven, or out of rounds. A change
 * that is proven goes back once, to be looked at as a whole: what comes of that can make it better, and never worse.
 */
export async function agentAndProof(stretch: Stretch): Promise<End> {
  const { progress, signal } = stretch;
  try {
    const end = await rounds(stretch);
    if (end.outcome === 'proven' || progress.proven === null) return end;
    return await backToProven(stretch, progress.proven, end.why);
  } catch (error) {
    if (progress.proven === null || signal.aborted || !isProvenTaken(error, stretch)) throw error;
    return await backToProven(stretch, progress.proven, messageOf(error));
  }
}

/** Whether what is proven is better taken as it is: trouble with the model is not worth waiting for then. */
function isProvenTaken(error: unknown, { adapters }: Stretch): boolean {
  if (!(error instanceof OperationalError)) return false;
  return isModelFailure(error) || adapters.isPassing?.(error) !== true;
}

async function backToProven(
  { progress, log, files }: Stretch,
  { change, proof, round }: NonNullable<Progress['proven']>,
  why: string,
): Promise<End> {
  const { verification } = proof;
  await log.emit({ type: 'note', text: `the second look came to nothing: ${why}` });
  if (progress.change?.tree !== change.tree) {
    const changed = describeChange(change, await files.paths());
    await log.emit(
      { type: 'changed', files: changed, tree: change.tree },
      { type: 'verified', round, verification },
    );
  }
  Object.assign(progress, { change, proof });
  return { outcome: 'proven', why: verification.why };
}

const wasReviewed = ({ past, progress }: Stretch) => past.wasProven || progress.proven !== null;

async function rounds(stretch: Stretch): Promise<End> {
  const { past } = stretch;
  const context = conversation(stretch);
  for (let { round } = past; ; round++) {
    const { end, fault } = (round === past.round ? past.ended : null) ?? (await letWork(context, stretch));
    const most = stretch.limits.rounds + (wasReviewed(stretch) ? 1 : 0);
    const judged = await judge(stretch, { round, end, isLast: end !== 'finished' || round > most });
    if ('outcome' in judged)
      return fault === undefined || judged.outcome === 'proven' ? judged : { outcome: 'failed', ...fault };
    await addMessage(context, { role: 'user', content: judged.answer }, ...judged.events);
  }
}

async function letWork(context: AgentContext, stretch: Stretch): Promise<AgentEnded> {
  const { log, signal } = stretch;
  const ended = await log
    .stage('agent', () => runAgent(context, signal))
    .then(
      (end) => ({ end }),
      (error: unknown) => endedBy(error, stretch),
    );
  await log.emit({ type: 'agent_ended', ...ended });
  return ended;
}

/** A model that will not answer any more ends the work as a limit does: what is there is tested all the same. */
function endedBy(error: unknown, { adapters, signal }: Stretch): AgentEnded {
  if (!isModelFailure(error) || signal.aborted || adapters.isPassing?.(error) === true) throw error;
  return { end: 'model', fault: { code: error.code, why: error.message } };
}

interface Round {
  round: number;
  end: AgentEnd;
  /** Nothing goes back to the agent after it. */
  isLast: boolean;
}

/** What the agent is answered, with the events that are to be saved together with it. */
interface Answer {
  answer: string;
  events: RunEvent[];
}

/** Looks at what the agent left: at its paths, then at what tests say of it. */
async function judge(stretch: Stretch, round: Round): Promise<End | Answer> {
  const { log, progress } = stretch;
  const change = await log.stage('agent', () => collect(stretch));
  // it answered the facts with nothing: the same facts again would not help
  const known = change !== null && change.tree === progress.change?.tree ? progress.proof : null;
  progress.change = change;
  progress.proof = null;
  if (change === null) return judgeNothing(round);
  const files = describeChange(change, await stretch.files.paths());
  await log.emit({ type: 'changed', files, tree: change.tree }, ...(await stretch.checkpoint()));
  if (change.violations.length > 0) return judgeViolations(change, round);
  if (known !== null) return judgeProof({ proof: known, events: [] }, stretch, { ...round, isLast: true });
  return judgeProof(await proofOf(change, stretch, round), stretch, round);
}

function judgeNothing({ round, end, isLast }: Round): End | Answer {
  if (end === 'context') return { outcome: 'failed', code: 'context_overflow', why: whyEnded[end] };
  if (isLast || round > 1) return { outcome: 'no_change', why: withEnd('the agent changed nothing', end) };
  return { answer: prompt('no-change', {}), events: [] };
}

function judgeViolations({ violations }: CollectedChange, { isLast }: Round): End | Answer {
  const problems = violations
    .map(({ path, why }) => `- ${path === '' ? 'the whole change' : path}: ${why}`)
    .join('\n');
  const why = `the change cannot be published:\n${problems}`;
  if (isLast) return { outcome: 'refused', code: 'change_refused', why };
  return { answer: prompt('refused-change', { problems }), events: [] };
}

/** There may be a verdict on this very tree: an earlier worker's, or what the agent's second look left as it was. */
async function proofOf(
  change: CollectedChange,
  stretch: Stretch,
  { round }: Round,
): Promise<{ proof: Proof; events: RunEvent[] }> {
  const known = stretch.past.verification;
  if (known?.tree === change.tree) return { proof: proofFrom(known), events: [] };
  const { proven } = stretch.progress;
  const proof =
    proven?.change.tree === change.tree
      ? proven.proof
      : await stretch.log.stage('verify', async () =>
          withChecks(await verify(stretch, change), change, stretch),
        );
  return { proof, events: [{ type: 'verified', round, verification: proof.verification }] };
}

/** A proof out of the log, which keeps its verdict alone. */
export function proofFrom(verification: Verification): Proof {
  return { verification, failures: [], output: null, lacksTest: false };
}

/** Adds what the repository's own checks say, which changes nothing about the verdict. */
async function withChecks(proof: Proof, change: CollectedChange, stretch: Stretch): Promise<Proof> {
  const { verification } = proof;
  if (verification.verdict !== 'proven') return proof;
  const { ground, files, adapters, signal } = stretch;
  adapters.say("running the repository's own checks");
  const checks = await checkChange(ground, files, change.changes, signal);
  return checks.length === 0 ? proof : { ...proof, verification: { ...verification, checks } };
}

async function judgeProof(
  { proof, events }: { proof: Proof; events: RunEvent[] },
  stretch: Stretch,
  { round, end, isLast }: Round,
): Promise<End | Answer> {
  const { log, progress } = stretch;
  progress.proof = proof;
  const { verification, failures, output, lacksTest } = proof;
  const { verdict, why } = verification;
  if (verdict !== 'proven' && !isLast)
    return { answer: factsMessage(verification, failures, output, lacksTest), events };
  if (verdict === 'proven' && !isLast && !wasReviewed(stretch) && progress.change !== null) {
    progress.proven = { change: progress.change, proof, round };
    const { patch } = progress.change;
    return { answer: reviewMessage(verification, patch), events: keepingPatch(stretch, events, patch) };
  }
  await log.emit(...events);
  return { outcome: verdict, why: verdict === 'proven' ? why : withEnd(why, end) };
}

/** A worker that goes on with the run goes back to what was proven, whatever becomes of it. */
function keepingPatch({ task }: Stretch, events: readonly RunEvent[], patch: string): RunEvent[] {
  if (task.left === null) return [...events];
  return events.map((event) => (event.type === 'verified' ? { ...event, patch } : event));
}

/** The conversation as it was left, or with its first messages alone. */
function conversation(stretch: Stretch): AgentContext {
  const { sandbox, complete, limits, log, past, checkpoint } = stretch;
  const { commandSeconds, outputCharacters } = limits;
  return {
    messages: [...past.messages],
    tools: [
      createBashTool(sandbox, { seconds: commandSeconds, characters: outputCharacters }),
      createEditorTool(sandbox, outputCharacters),
    ],
    complete,
    limits,
    spent: () => spentSince(past.before, log.spent()),
    stepsBefore: past.before.steps,
    emit: log.emit,
    news: gatherNews(stretch),
    checkpoint,
    workTree: () => fingerprint(sandbox),
  };
}

/** What the agent is told when it is there: that its sandbox is another one, and the baseline's results. */
function gatherNews({ task, baseline, past }: Stretch): () => News[] {
  const isAtWork = past.messages.some(({ role }) => role === 'assistant');
  let news: News[] = isAtWork ? [{ about: 'resumed', text: resumedMessage(task.left?.problem ?? null) }] : [];
  if (!past.told.has('baseline'))
    baseline.then(
      (run) => news.push({ about: 'baseline', text: baselineMessage(run) }),
      () => {}, // whoever needs the baseline hears of it
    );
  return () => {
    const now = news;
    news = [];
    return now;
  };
}

export function collect({ sandbox, ground, config }: Stretch): Promise<CollectedChange | null> {
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
      packages: () => findPackages(files),
      say: adapters.say,
    },
  );
}

function withEnd(why: string, end: AgentEnd): string {
  return end === 'finished' ? why : `${why} (${whyEnded[end]})`;
}
