export type TestStatus = 'passed' | 'failed' | 'skipped';

/** One test as its runner's own machine reporter names it; nested names are joined by " > ". */
export interface TestResult {
  id: string;
  status: TestStatus;
  /** The file that holds the test, relative to the root, where the runner tells. */
  file: string | null;
  /** The first lines of what it failed with. */
  message?: string;
}

/** One run of a suite, or of a part of it. */
export interface TestRun {
  tests: ReadonlyMap<string, TestResult>;
  seconds: number;
  /** Null when the runner gave a report; else why there is none. */
  problem: string | null;
  /** Whether it was ended from outside, by a limit, so that its results are only a part. */
  cutShort: boolean;
  /** The end of what build and runner printed. */
  output: string;
}

/** Whether a run has results missing that the base's run has: what is wrong with both in the same way does not count. */
export function isIncomplete(run: TestRun, baseline: TestRun): boolean {
  return run.problem !== null && (run.cutShort || run.problem !== baseline.problem);
}

/** Which tests to run: all, or those in some files (relative to the root). */
export type TestSelection = 'all' | { files: readonly string[] };

export function countByStatus(run: TestRun): Record<TestStatus, number> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const test of run.tests.values()) counts[test.status]++;
  return counts;
}
