import type { TestResult, TestRun } from '../core/tests.ts';

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
  redToGreen: string[];
  isNew: string[];
  stillGreen: string[];
  /** Passed on the base, failed once with the patch: to be repeated before it counts. */
  suspects: TestResult[];
  alreadyRed: string[];
  notRun: { id: string; why: string }[];
}

/** Compares the runs test by test. Tests are the same when their names are. */
export function classify(runs: ProofRuns): Classes {
  const classes: Classes = {
    redToGreen: [],
    isNew: [],
    stillGreen: [],
    suspects: [],
    alreadyRed: [],
    notRun: [],
  };
  const ids = new Set([...runs.baseline.tests.keys(), ...runs.patched.tests.keys()]);
  for (const id of ids) {
    const before = runs.baseline.tests.get(id);
    const after = runs.patched.tests.get(id);
    if (after === undefined && before !== undefined && isFileItself(before)) continue; // it loads now
    if (after === undefined) classes.notRun.push({ id, why: whyMissing(runs) });
    else if (after.status === 'passed') classes[classOfPassed(id, before, runs)].push(id);
    else if (after.status === 'failed') classifyFailed(after, before, classes);
    else if (before !== undefined && before.status !== 'skipped') {
      classes.notRun.push({ id, why: 'it is skipped now' });
    }
  }
  return classes;
}

function classOfPassed(
  id: string,
  before: TestResult | undefined,
  runs: ProofRuns,
): 'redToGreen' | 'isNew' | 'stillGreen' {
  const onBase = runs.newTestsOnBase?.tests.get(id);
  if (onBase?.status === 'failed') return 'redToGreen';
  if (onBase?.status === 'passed') return 'stillGreen';
  if (runs.newTestsOnBase !== null && before === undefined && couldNotLoad(id, runs)) return 'redToGreen';
  if (before?.status === 'passed') return 'stillGreen';
  if (before?.status === 'failed') return 'redToGreen';
  return 'isNew';
}

/**
 * A test absent from the run on the base's source counts as red there when its file, or the whole run, failed for it:
 * the new tests are there, and without the fix they cannot even be loaded or built.
 */
function couldNotLoad(id: string, { newTestsOnBase, patched }: ProofRuns): boolean {
  if (newTestsOnBase === null) return false;
  if (newTestsOnBase.problem !== null && newTestsOnBase.tests.size === 0) return true;
  const file = patched.tests.get(id)?.file ?? null;
  if (file === null) return newTestsOnBase.problem !== null;
  const inFile = [...newTestsOnBase.tests.values()].filter((test) => test.file === file);
  return inFile.length > 0 && inFile.every((test) => test.status === 'failed');
}

function classifyFailed(after: TestResult, before: TestResult | undefined, classes: Classes): void {
  if (before?.status === 'failed') classes.alreadyRed.push(after.id);
  else classes.suspects.push(after);
}

/** The stand-in for a file that could not be loaded. */
function isFileItself(test: TestResult): boolean {
  return test.status === 'failed' && test.id.endsWith(' > (file)');
}

function whyMissing({ patched }: ProofRuns): string {
  return patched.problem ?? 'it is not there any more';
}
