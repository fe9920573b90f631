import { isIncomplete, isRed, type TestResult, type TestRun, type TestStatus } from '../core/tests.ts';
import { isFileItself, type ProofRuns } from './classify.ts';

export interface Evidence extends ProofRuns {
  /** Patched source with the base's tests, for the changed test files; null when none was changed or deleted. */
  baseTestsOnPatch: TestRun | null;
}

export interface MissingTest {
  test: TestResult;
  why: 'gone' | 'skipped' | 'not reached';
}

/**
 * Tests of the base that did not run with the patch. One that moved or got another name did run: each gone test is
 * taken to be one of the added ones, where the names, the texts, or their results without and with the fix allow it.
 * `isRenamed` tells what the texts say.
 */
export function findMissingTests(
  evidence: Evidence,
  isRenamed: (old: TestResult, now: TestResult) => boolean,
): MissingTest[] {
  const { baseline, patched, near } = evidence;
  const ran = [...baseline.tests.values()].filter((test) => test.status !== 'skipped');
  const skipped = ran.filter((test) => patched.tests.get(test.id)?.status === 'skipped');
  const absent = ran.filter((test) => !patched.tests.has(test.id) && !isFileItself(test));
  const missing = skipped.map((test): MissingTest => ({ test, why: 'skipped' }));
  const isReached = ({ file }: TestResult) =>
    !isIncomplete(patched, baseline) || (file !== null && near?.files.has(file) === true);
  const unreached = absent.filter((test) => !isReached(test));
  missing.push(...unreached.map((test): MissingTest => ({ test, why: 'not reached' })));
  const added = new Set(
    [...patched.tests.values()].filter((test) => !baseline.tests.has(test.id) && !isFileItself(test)),
  );
  const left = new Set(absent.filter(isReached));
  const pair = (matches: (old: TestResult, now: TestResult) => boolean) => {
    for (const old of left) {
      const now = [...added].find((one) => matches(old, one));
      if (now === undefined) continue;
      left.delete(old);
      added.delete(now);
      if (now.status === 'skipped') missing.push({ test: old, why: 'skipped' });
    }
  };
  pair((old, now) => nameIn(old) === nameIn(now));
  pair((old, now) => old.file === now.file && titleOf(old) === titleOf(now));
  pair(isRenamed);
  pair((old, now) => old.file === now.file && behavesLike(old, now, evidence));
  const broken = brokenFiles(evidence);
  const whyGone = ({ file }: TestResult) =>
    file !== null && broken.has(withoutExtension(file)) ? 'not reached' : 'gone';
  return [...missing, ...[...left].map((test): MissingTest => ({ test, why: whyGone(test) }))];
}

/**
 * Test files, without their extensions, that the change brings and that fail as a whole, without the fix as with it:
 * whatever tests they have from a former file of that name, the change is blamed for the failure, not for taking them away.
 */
function brokenFiles({ baseline, patched, newTestsOnBase }: Evidence): Set<string> {
  const broken = [...patched.tests.values()].filter(
    (test) =>
      isFileItself(test) && !baseline.tests.has(test.id) && isRed(newTestsOnBase?.tests.get(test.id)?.status),
  );
  return new Set(broken.flatMap(({ file }) => (file === null ? [] : withoutExtension(file))));
}

function withoutExtension(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/, '');
}

/** A test's name within its file. */
function nameIn({ id, file }: TestResult): string {
  return file !== null && id.startsWith(file) ? id.slice(file.length) : id;
}

/** The last part of a test's name. */
function titleOf({ id }: TestResult): string {
  return id.split(/ > |::/).at(-1) ?? id;
}

/**
 * Whether an added test may be a gone one under another name: both do the same without the fix; or the gone one fails
 * with it, for the behaviour changed, and the added one fails without it.
 */
function behavesLike(old: TestResult, now: TestResult, evidence: Evidence): boolean {
  if (now.status === 'skipped') return false;
  const formerForm = evidence.baseTestsOnPatch?.tests.get(old.id)?.status;
  if (formerForm === undefined) return true;
  const newForm: TestStatus = evidence.newTestsOnBase?.tests.get(now.id)?.status ?? 'failed';
  return isRed(formerForm) ? isRed(newForm) : isRed(newForm) === isRed(old.status);
}
