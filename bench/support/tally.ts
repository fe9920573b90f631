import type { Judgement } from './load.ts';
import { say } from './say.ts';

export interface Tally {
  runs: number;
  /** As without any disturbance. */
  right: number;
  /** Ended otherwise, and people see why. */
  told: number;
  /** Not ended, or something is missing or there twice. */
  wrong: number;
  /** Why some were not right, and how many of each. */
  why: Record<string, number>;
}

export function tally(judgements: readonly Judgement[]): Tally {
  const count = (kind: Judgement['kind']) => judgements.filter((one) => one.kind === kind).length;
  const why = Map.groupBy(
    judgements.filter(({ kind }) => kind !== 'right'),
    ({ kind, why: reason }) => `${kind}: ${reason}`,
  );
  for (const { issue, kind, why: reason } of judgements) {
    const { owner, repo } = issue.repository;
    if (kind !== 'right') say(`${owner}/${repo}#${issue.number} ${kind}: ${reason}`);
  }
  return {
    runs: judgements.length,
    right: count('right'),
    told: count('told'),
    wrong: count('wrong'),
    why: Object.fromEntries([...why].map(([reason, all]) => [reason, all.length])),
  };
}
