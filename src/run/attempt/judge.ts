import { factsMessage, reviewMessage } from '../../agent/harness-messages.ts';
import { prompt } from '../../agent/prompts.ts';
import { type AgentEnd, type RunEvent, whyEnded } from '../../core/events.ts';
import { findPackages } from '../../environment/packages.ts';
import { type Proof, prove } from '../../verify/prove.ts';
import type { End } from '../task.ts';
import { createTestBench } from '../test-bench.ts';
import { type AttemptContext, wasReviewed } from './attempt-context.ts';
import { checkChange } from './check-change.ts';
import { type CollectedChange, collectChange } from './collect-change.ts';
import { describeChange } from './describe-change.ts';
import { restoreProof } from './restore-change.ts';

/** A round of the agent's work that has ended. */
export interface Round {
  round: number;
  end: AgentEnd;
  /** Nothing goes back to the agent after it. */
  isLast: boolean;
}

/** What the agent is answered, with the events that are to be saved together with it. */
export interface Answer {
  answer: string;
  events: RunEvent[];
}

/** Looks at what the agent left: at its paths, then at what tests say of it. */
export async function judge(attempt: AttemptContext, round: Round): Promise<End | Answer> {
  const { log, progress } = attempt;
  const change = await log.stage('agent', () => collect(attempt));
  // it answered the facts with nothing: the same facts again would not help
  const known = change !== null && change.tree === progress.change?.tree ? progress.proof : null;
  progress.change = change;
  progress.proof = null;
  if (change === null) return judgeNothing(round);
  const files = describeChange(change, await attempt.files.paths());
  await log.emit({ type: 'changed', files, tree: change.tree }, ...(await attempt.checkpoint()));
  if (change.violations.length > 0) return judgeViolations(change, round);
  if (known !== null) return judgeProof({ proof: known, events: [] }, attempt, { ...round, isLast: true });
  return judgeProof(await proofOf(change, attempt, round), attempt, round);
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
  attempt: AttemptContext,
  { round }: Round,
): Promise<{ proof: Proof; events: RunEvent[] }> {
  const known = attempt.logged.verification;
  if (known?.tree === change.tree) return { proof: restoreProof(known), events: [] };
  const { proven } = attempt.progress;
  const proof =
    proven?.change.tree === change.tree
      ? proven.proof
      : await attempt.log.stage('verify', async () =>
          withChecks(await verify(attempt, change), change, attempt),
        );
  return { proof, events: [{ type: 'verified', round, verification: proof.verification }] };
}

/** Adds what the repository's own checks say, which changes nothing about the verdict. */
async function withChecks(proof: Proof, change: CollectedChange, attempt: AttemptContext): Promise<Proof> {
  const { verification } = proof;
  if (verification.verdict !== 'proven') return proof;
  const { ground, files, adapters, signal } = attempt;
  adapters.say("running the repository's own checks");
  const checks = await checkChange(ground, files, change.changes, signal);
  return checks.length === 0 ? proof : { ...proof, verification: { ...verification, checks } };
}

async function judgeProof(
  { proof, events }: { proof: Proof; events: RunEvent[] },
  attempt: AttemptContext,
  { round, end, isLast }: Round,
): Promise<End | Answer> {
  const { log, progress } = attempt;
  progress.proof = proof;
  const { verification, failures, output, lacksTest } = proof;
  const { verdict, why } = verification;
  if (verdict !== 'proven' && !isLast)
    return { answer: factsMessage(verification, failures, output, lacksTest), events };
  if (verdict === 'proven' && !isLast && !wasReviewed(attempt) && progress.change !== null) {
    progress.proven = { change: progress.change, proof, round };
    const { patch } = progress.change;
    return { answer: reviewMessage(verification, patch), events: keepingPatch(attempt, events, patch) };
  }
  await log.emit(...events);
  return { outcome: verdict, why: verdict === 'proven' ? why : withEnd(why, end) };
}

/** A worker that goes on with the run goes back to what was proven, whatever becomes of it. */
function keepingPatch({ task }: AttemptContext, events: readonly RunEvent[], patch: string): RunEvent[] {
  if (task.resume === null) return [...events];
  return events.map((event) => (event.type === 'verified' ? { ...event, patch } : event));
}

/** What the agent has changed so far. */
export function collect({ sandbox, ground, config }: AttemptContext): Promise<CollectedChange | null> {
  return collectChange(sandbox, ground.environment, ground.base, config.protected_paths ?? []);
}

function verify(attempt: AttemptContext, change: CollectedChange): Promise<Proof> {
  const { ground, files, adapters, signal } = attempt;
  return prove(
    change.changes,
    { tree: change.tree, base: ground.base.commit },
    {
      runTests: createTestBench(ground, signal),
      baseline: attempt.baseline,
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
