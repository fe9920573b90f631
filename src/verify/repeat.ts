import type { Changes } from '../core/changes.ts';
import {
  isIncomplete,
  isRed,
  type TestResult,
  type TestRun,
  type TestSelection,
  type TestStatus,
} from '../core/tests.ts';
import type { ProofRuns } from './classify.ts';

/** Times a test that fails with the patch is repeated, on both trees, before it blocks. */
const repetitions = 3;

interface Ports {
  runTests(changes: Changes, selection: TestSelection): Promise<TestRun>;
  say(line: string): void;
}

export interface Repeated {
  /** Failed each time with the patch, and never without it. */
  newlyRed: TestResult[];
  /** Failed each time on both trees; the baseline did not reach them. */
  alreadyRed: TestResult[];
  flaky: TestResult[];
}

/** Runs the tests that failed again, with and without the patch: one that ever differs from itself is flaky. */
export async function repeatFailed(
  suspects: readonly TestResult[],
  changes: Changes,
  baseline: TestRun,
  ports: Ports,
): Promise<Repeated> {
  const undecided = new Set(suspects);
  const repeated: Repeated = { newlyRed: [], alreadyRed: [], flaky: [] };
  const decide = (
    run: TestRun,
    isDecisive: (status: TestStatus | undefined) => boolean,
    classOf: (test: TestResult) => TestResult[],
  ) => {
    for (const test of undecided) {
      if (!isDecisive(run.tests.get(test.id)?.status)) continue;
      undecided.delete(test);
      classOf(test).push(test);
    }
  };
  if (undecided.size > 0) ports.say(`repeating ${undecided.size} failed tests on both trees`);
  const repeat = repeating(suspects, ports);
  for (let round = 0; round < repetitions && undecided.size > 0; round++) {
    decide(await repeat(changes), isGreen, () => repeated.flaky);
    if (undecided.size === 0) break;
    decide(await repeat(new Map()), isRed, ({ id }) =>
      baseline.tests.has(id) ? repeated.flaky : repeated.alreadyRed,
    );
  }
  return { ...repeated, newlyRed: [...undecided] };
}

/**
 * Runs tests that went from red to green once more on both trees, the same part of the suite on each. Not again what
 * failed in two runs without the fix, nor where such a run was cut short: it may have taken all its time.
 */
export async function confirmRed(
  redToGreen: readonly TestResult[],
  changes: { whole: Changes; tests: Changes },
  { baseline, newTestsOnBase }: ProofRuns,
  ports: Ports,
): Promise<{ redToGreen: TestResult[]; flaky: TestResult[] }> {
  const failedTwice = ({ id }: TestResult) =>
    [baseline, newTestsOnBase].every((run) => isRed(run?.tests.get(id)?.status));
  const flaky = new Set<TestResult>();
  const open = redToGreen.filter((test) => !failedTwice(test));
  const repeat = repeating(open, ports);
  const check = async (tree: Changes, isAsBefore: (test: TestResult, run: TestRun) => boolean) => {
    const left = open.filter((test) => !flaky.has(test));
    if (left.length === 0) return;
    const run = await repeat(tree);
    for (const test of left) if (!isAsBefore(test, run)) flaky.add(test);
  };
  if (open.length > 0) ports.say(`running ${open.length} tests once more without the fix and with it`);
  if (newTestsOnBase === null || !isIncomplete(newTestsOnBase, baseline))
    await check(changes.tests, ({ id }, run) => run.tests.get(id)?.status !== 'passed');
  if (selectionOf(open) !== 'all')
    await check(changes.whole, ({ id }, run) => run.tests.get(id)?.status === 'passed');
  return { redToGreen: redToGreen.filter((test) => !flaky.has(test)), flaky: [...flaky] };
}

function isGreen(status: TestStatus | undefined): boolean {
  return status === 'passed';
}

/** Runs the files of some tests again and again; the whole suite where the runner does not find them by their names. */
function repeating(tests: readonly TestResult[], ports: Ports): (changes: Changes) => Promise<TestRun> {
  let selection = selectionOf(tests);
  return async (changes) => {
    const run = await ports.runTests(changes, selection);
    if (selection === 'all' || hasAnyOf(selection.files, run)) return run;
    selection = 'all';
    return ports.runTests(changes, selection);
  };
}

function hasAnyOf(files: readonly string[], run: TestRun): boolean {
  return [...run.tests.values()].some(({ file }) => file !== null && files.includes(file));
}

/** The files of some tests; all tests when one's file is not known. */
function selectionOf(tests: readonly TestResult[]): TestSelection {
  const files = tests.map(({ file }) => file);
  return files.every((file) => file !== null) ? { files: [...new Set(files)] } : 'all';
}
