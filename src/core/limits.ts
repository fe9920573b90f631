/** What a run may spend. Each limit has an end of its own, by name. */
export interface RunLimits {
  steps: number;
  minutes: number;
  usd: number;
  /** Times the facts go back to the agent after it said that it is done. */
  rounds: number;
  commandSeconds: number;
  /** Seconds for one run of the repository's tests. */
  suiteSeconds: number;
  /** Characters of one tool's output that the model gets. */
  outputCharacters: number;
}

export const defaultRunLimits: RunLimits = {
  steps: 100,
  minutes: 45,
  usd: 2,
  rounds: 3,
  commandSeconds: 300,
  suiteSeconds: 900,
  outputCharacters: 16_000,
};

export interface Spent {
  steps: number;
  usd: number;
  minutes: number;
}

export function spentSince(before: Spent, now: Spent): Spent {
  return {
    steps: now.steps - before.steps,
    usd: now.usd - before.usd,
    minutes: now.minutes - before.minutes,
  };
}

export type Exhausted = 'steps' | 'money' | 'time';

/** Which limit is reached, if any. What cannot be compared counts as reached: NaN must not lift a limit. */
export function exhausted(limits: RunLimits, spent: Spent): Exhausted | null {
  if (!(spent.steps < limits.steps)) return 'steps';
  if (!(spent.usd < limits.usd)) return 'money';
  if (!(spent.minutes < limits.minutes)) return 'time';
  return null;
}

/** The share of the limit nearest to its end that is used: 0 to 1 and over. */
export function shareUsed(limits: RunLimits, spent: Spent): number {
  return Math.max(spent.steps / limits.steps, spent.usd / limits.usd, spent.minutes / limits.minutes);
}

/** An attempt that is not the last leaves this share of what is left for those after it. */
const shareForLater = 0.5;
/** With less than this share of a limit left, another attempt comes to nothing. */
const leastShare = 0.1;

/** What an attempt may spend, after what earlier ones have spent: all of them together stay within the run's limits. */
export function limitsOfAttempt(limits: RunLimits, before: Spent, isLast: boolean): RunLimits {
  const share = isLast ? 1 : 1 - shareForLater;
  return {
    ...limits,
    steps: Math.ceil((limits.steps - before.steps) * share),
    usd: (limits.usd - before.usd) * share,
    minutes: (limits.minutes - before.minutes) * share,
  };
}

export function isEnoughForAnother(limits: RunLimits, spent: Spent): boolean {
  return shareUsed(limits, spent) <= 1 - leastShare;
}
