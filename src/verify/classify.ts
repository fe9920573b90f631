import { isIncomplete, type TestResult, type TestRun, type TestStatus } from '../core/tests.ts';

/** The runs that a proof rests on. */
export interface ProofRuns {
  /** Base source, base tests. */
  baseline: TestRun;
  /** The whole change. */
  patched: TestRun;
  /** Base source with the change's tests; null when the change has no test. Narrowed runs hold fewer tests. */
  newTestsOnBase: TestRun | null;
}

export interface Classes {
  /** Fail without the fix and pass with it. */
  redToGreen: TestResult[];
  /** Pass, and nothing is known of them without the fix. */
  isNew: string[];
  stillGreen: string[];
  /** Fail, and are not known to fail without the fix: to be repeated before that counts. */
  suspects: TestResult[];
  /** Fail without the fix as well. */
  alreadyRed: TestResult[];
}

/** Compares the runs test by test. Tests are the same when their names are. */
export function classify(runs: ProofRuns): Classes {
  const classes: Classes = { redToGreen: [], isNew: [], stillGreen: [], suspects: [], alreadyRed: [] };
  if (runs.baseline.tests.size === 0) return classes; // then every test would look new
  for (const test of runs.patched.tests.values()) {
    const without = statusWithoutFix(test, runs);
    if (test.status === 'failed') (without === 'failed' ? classes.alreadyRed : classes.suspects).push(test);
    else if (test.status === 'passed') classifyPassed(test, without, runs.baseline, classes);
  }
  return classes;
}

function classifyPassed(
  test: TestResult,
  without: TestStatus | undefined,
  baseline: TestRun,
  classes: Classes,
): void {
  if (without === 'failed') classes.redToGreen.push(test);
  else if (without !== 'passed') {
    if (baseline.problem === null) classes.isNew.push(test.id);
  } else if (baseline.tests.get(test.id)?.status !== 'failed') classes.stillGreen.push(test.id);
  // else its new form passes without the fix, unlike its former one: no fix is needed to make it green
}

/** The status of a test, in its new form, on the base's source. */
function statusWithoutFix(test: TestResult, runs: ProofRuns): TestStatus | undefined {
  const before = runs.baseline.tests.get(test.id)?.status;
  const status = runs.newTestsOnBase?.tests.get(test.id)?.status;
  if (status === 'passed' || status === 'failed') return status;
  if (before !== undefined) return before;
  const isRed = couldNotRun(test, runs) || isFileBroken(test.file, runs.baseline);
  return isRed ? 'failed' : undefined;
}

/**
 * A test absent from the run on the base's source counts as red there when its file, or the whole run, failed for it:
 * the new tests are there, and without the fix they cannot be loaded or built, or the run does not get to them.
 */
function couldNotRun({ file }: TestResult, { newTestsOnBase, baseline }: ProofRuns): boolean {
  if (newTestsOnBase === null) return false;
  if (isIncomplete(newTestsOnBase, baseline)) return true;
  const inFile = [...newTestsOnBase.tests.values()].filter((test) => file !== null && test.file === file);
  const allFail = inFile.length > 0 && inFile.every((test) => test.status === 'failed');
  return allFail || isFileBroken(file, newTestsOnBase);
}

function isFileBroken(file: string | null, run: TestRun): boolean {
  return file !== null && [...run.tests.values()].some((test) => test.file === file && isFileItself(test));
}

/** The stand-in for a file that could not be loaded, as the runners name it. */
export function isFileItself({ id, file, status }: TestResult): boolean {
  return status === 'failed' && (id === file || id.endsWith(' > (file)'));
}
