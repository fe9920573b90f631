import { addUsage, noUsage, type Usage } from '../core/conversation.ts';
import type { Stage } from '../core/events.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Score } from './score.ts';

/** What became of one instance. */
export interface InstanceResult {
  id: string;
  outcome: Outcome;
  /** Where it ended: the last stage of the run, or `score`. */
  stage: Stage | 'score';
  /** How the run ended, in a sentence. */
  why: string;
  patch: string | null;
  /** By the run's own proof. */
  proven: boolean;
  /** By the hidden tests; null where they did not run. */
  score: Score | null;
  proof: { red_to_green: number; still_green: number; newly_red: string[]; tampering: string[] } | null;
  /** How many of FAIL_TO_PASS the proof itself called red to green, and some that it did not. */
  fail_to_pass_in_proof: { found: number; missing: string[] } | null;
  environment: string | null;
  usage: Usage & { usd: number; steps: number };
  seconds: number;
  stages: Record<string, number>;
  /** Something outside of the instance failed: it is tried again next time. */
  again: boolean;
}

export function isResolved({ score }: InstanceResult): boolean {
  return score?.resolved ?? false;
}

/** Why an instance is not resolved. */
export function reasonOf({ score, stage, why }: InstanceResult): { stage: string; reason: string } {
  return score === null ? { stage, reason: why } : { stage: 'score', reason: score.why };
}

export type Report = ReturnType<typeof createReport>;

/** The report on all instances that were to be evaluated; those without a result are named. */
export function createReport(
  ids: readonly string[],
  results: readonly InstanceResult[],
  settings: { model: string; gold: string | null; attempts?: string },
) {
  const usage = results.reduce((sum, result) => addUsage(sum, result.usage), noUsage);
  const input = usage.cacheHitTokens + usage.cacheMissTokens;
  const known = new Set(results.map(({ id }) => id));
  return {
    ...settings,
    total: ids.length,
    resolved: results.filter(isResolved).map(({ id }) => id),
    unresolved: results
      .filter((result) => !isResolved(result))
      .map((result) => ({ id: result.id, ...reasonOf(result) })),
    unfinished: ids.filter((id) => !known.has(id)),
    proven: results.filter(({ proven }) => proven).map(({ id }) => id),
    unproven: results
      .filter(({ proven }) => !proven)
      .map(({ id, stage, outcome, why }) => ({ id, stage, reason: `${outcome}: ${why}` })),
    usage: {
      ...usage,
      usd: sum(results.map((result) => result.usage.usd)),
      steps: sum(results.map((result) => result.usage.steps)),
    },
    cache_hit_share: input === 0 ? null : usage.cacheHitTokens / input,
    seconds: sum(results.map(({ seconds }) => seconds)),
    instances: results.map(({ patch: _, ...details }) => details),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A line of predictions.jsonl, as SWE-bench's own harness reads it. */
export function printPrediction({ id, patch }: InstanceResult, model: string): string {
  return `${JSON.stringify({ instance_id: id, model_name_or_path: model, model_patch: patch ?? '' })}\n`;
}
