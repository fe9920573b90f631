import { messageOf } from '../core/errors.ts';
import { within } from '../core/within.ts';
import { oneLine } from '../text/one-line.ts';

/** Looks at one thing that ai-fix needs. */
export interface Check {
  /** What is wrong and what to do about it; null when it is well. May hang, and is then not called again. */
  look(): Promise<string | null>;
  /** What is wrong when it hangs. */
  late: string;
}

export interface HealthOptions {
  /** How long an answer is kept, so that nobody can hammer what is looked at by asking for health. */
  freshMs: number;
  /** The longest wait for a check. */
  patienceMs: number;
  /** Milliseconds, of any clock that only goes forward. */
  now(): number;
}

const usual: HealthOptions = { freshMs: 5000, patienceMs: 1500, now: () => performance.now() };

/** Says what is wrong, one line for each thing; nothing when all is well. Answers in time whatever hangs. */
export function createHealth(
  checks: readonly Check[],
  options: Partial<HealthOptions> = {},
): () => Promise<string[]> {
  const asks = checks.map((check) => remember(check, { ...usual, ...options }));
  return async () => {
    const found = await Promise.all(asks.map((ask) => ask()));
    return found.filter((problem) => problem !== null).map(oneLine);
  };
}

/** Asks a check at most once at a time, and again only when its last answer is old. */
function remember(check: Check, { freshMs, patienceMs, now }: HealthOptions): () => Promise<string | null> {
  let last: { problem: string | null; at: number } | null = null;
  let looking: Promise<string | null> | null = null;
  const look = async () => {
    const problem = await check.look().catch((error: unknown) => `${check.late} (${messageOf(error)})`);
    last = { problem, at: now() };
    looking = null;
    return problem;
  };
  return async () => {
    if (last !== null && now() - last.at < freshMs) return last.problem;
    looking ??= look();
    const problem = await within(patienceMs, looking);
    return problem === 'late' ? check.late : problem;
  };
}
