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
