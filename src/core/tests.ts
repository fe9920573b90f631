/** `error`: it could not even run, for what it needs could not be loaded, built or set up. */
export type TestStatus = 'passed' | 'failed' | 'error' | 'skipped';

/** Whether a test did not pass, for whatever reason. */
export function isRed(status: TestStatus | undefined): boolean {
  return status === 'failed' || status === 'error';
}

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
  /** Of a baseline: tests that failed, and passed when they were repeated. */
  flaky?: readonly string[];
}

/** A run as JSON can hold it. */
export type PackedTestRun = Omit<TestRun, 'tests'> & { tests: TestResult[] };

export function packTestRun(run: TestRun): PackedTestRun {
  return { ...run, tests: [...run.tests.values()] };
}

export function unpackTestRun(packed: PackedTestRun): TestRun {
  return { ...packed, tests: new Map(packed.tests.map((test) => [test.id, test])) };
}

/** The stand-in for a file that could not be loaded, or a package that could not be built, as runners name it. */
export function standsForFile({ id, file }: Pick<TestResult, 'id' | 'file'>): boolean {
  return id === file || / > \((file|package)\)$/.test(id);
}

/** A run of which a part was run once more, alone: what that says counts. */
export function withPart(whole: TestRun, part: TestRun): TestRun {
  const { seconds, output } = whole;
  return {
    ...whole,
    tests: new Map([...whole.tests, ...part.tests]),
    seconds: seconds + part.seconds,
    output: part.problem === null ? output : part.output,
  };
}

/** Whether a run has results missing that the base's run has: what is wrong with both in the same way does not count. */
export function isIncomplete(run: TestRun, baseline: TestRun): boolean {
  return run.problem !== null && (run.cutShort || run.problem !== baseline.problem);
}

/** Which tests to run: all, or those in some files (relative to the root). */
export type TestSelection = 'all' | { files: readonly string[] };

/** How many tests came to what. Counts that were kept earlier lack the last two. */
export type TestCounts = Record<'passed' | 'failed' | 'skipped', number> & { error?: number; flaky?: number };

export function countByStatus(run: TestRun): Required<TestCounts> {
  const counts = { passed: 0, failed: 0, error: 0, skipped: 0, flaky: run.flaky?.length ?? 0 };
  for (const test of run.tests.values()) counts[test.status]++;
  return counts;
}
