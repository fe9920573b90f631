import { isIncomplete, isRed, standsForFile, type TestResult, type TestRun } from '../core/tests.ts';

/** The runs that a proof rests on. */
export interface ProofRuns {
  /** Base source, base tests. */
  baseline: TestRun;
  /** The whole change. */
  patched: TestRun;
  /** Base source with the change's tests; null when the change has no test. Narrowed runs hold fewer tests. */
  newTestsOnBase: TestRun | null;
  /** Of a suite that is too long to run whole. */
  near: NearTests | null;
}

/** The test files that ran to their end on both trees, and why the others did not. */
export interface NearTests {
  files: ReadonlySet<string>;
  why: string;
}

export interface Classes {
  /** Fail without the fix and pass with it. */
  redToGreen: TestResult[];
  /** Those of them that cannot even be loaded or built without the fix. */
  unbuildable: ReadonlySet<string>;
  /** Pass, and nothing is known of them without the fix. */
  isNew: string[];
  stillGreen: string[];
  /** Fail, and are not known to fail without the fix: to be repeated before that counts. */
  suspects: TestResult[];
  /** Fail without the fix as well. */
  alreadyRed: TestResult[];
  /** Differed from themselves on the base already. */
  flaky: TestResult[];
}

type ResultWithoutFix = 'passed' | 'skipped' | 'red' | 'unbuildable' | undefined;

/** Compares the runs test by test. Tests are the same when their names are. */
export function classify(runs: ProofRuns): Classes {
  const { baseline, patched } = runs;
  const unbuildable = new Set<string>();
  const classes: Classes = {
    redToGreen: [],
    unbuildable,
    isNew: [],
    stillGreen: [],
    suspects: [],
    alreadyRed: [],
    flaky: [],
  };
  if (baseline.tests.size === 0) return classes; // then every test would look new
  const flaky = new Set(baseline.flaky);
  for (const test of patched.tests.values()) {
    if (test.status === 'skipped') continue;
    const without = resultWithoutFix(test, runs);
    const wasRed = without === 'red' || without === 'unbuildable';
    if (flaky.has(test.id)) classes.flaky.push(test);
    else if (isRed(test.status)) (wasRed ? classes.alreadyRed : classes.suspects).push(test);
    else if (wasRed) classes.redToGreen.push(test);
    else classifyPassed(test, without, baseline, classes);
    if (without === 'unbuildable') unbuildable.add(test.id);
  }
  return classes;
}

function classifyPassed(
  test: TestResult,
  without: ResultWithoutFix,
  baseline: TestRun,
  classes: Classes,
): void {
  if (without !== 'passed') {
    if (baseline.problem === null) classes.isNew.push(test.id);
  } else if (!isRed(baseline.tests.get(test.id)?.status)) classes.stillGreen.push(test.id);
  // else its new form passes without the fix, unlike its former one: no fix is needed to make it green
}

/** What comes of a test, in its new form, on the base's source. */
function resultWithoutFix(test: TestResult, runs: ProofRuns): ResultWithoutFix {
  const status = runs.newTestsOnBase?.tests.get(test.id)?.status;
  const before =
    status === undefined || status === 'skipped' ? runs.baseline.tests.get(test.id)?.status : status;
  if (before !== undefined) return isRed(before) ? 'red' : before === 'passed' ? 'passed' : 'skipped';
  if (status !== undefined) return 'skipped';
  return couldNotRun(test, runs) || isFileBroken(test.file, runs.baseline) ? 'unbuildable' : undefined;
}

/**
 * A test absent from the run on the base's source counts as red there when its file, or the whole run, failed for it:
 * the new tests are there, and without the fix they cannot be loaded or built, or the run does not get to them.
 */
function couldNotRun({ file }: TestResult, { newTestsOnBase, baseline }: ProofRuns): boolean {
  if (newTestsOnBase === null) return false;
  if (isIncomplete(newTestsOnBase, baseline)) return true;
  const inFile = [...newTestsOnBase.tests.values()].filter((test) => file !== null && test.file === file);
  const allFail = inFile.length > 0 && inFile.every((test) => isRed(test.status));
  return allFail || isFileBroken(file, newTestsOnBase);
}

function isFileBroken(file: string | null, run: TestRun): boolean {
  return file !== null && [...run.tests.values()].some((test) => test.file === file && isFileItself(test));
}

/** The stand-in for a file that could not be loaded. */
export function isFileItself(test: TestResult): boolean {
  return isRed(test.status) && standsForFile(test);
}
