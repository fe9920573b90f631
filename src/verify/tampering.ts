import { isIncomplete, isRed, type TestResult } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';
import type { ChangedText } from './changed-text.ts';
import { isFileItself } from './classify.ts';
import { compareTests, type Weakening } from './compare-tests.ts';
import { type Evidence, findMissingTests, type MissingTest } from './missing-tests.ts';
import { findRemovedAssertions } from './plain-assertions.ts';

export type Tampering = Verification['tampering'][number];

export interface Findings {
  tampering: Tampering[];
  /** Tests of the base that did not run with the patch. */
  missing: MissingTest[];
  /** Those that passed, and that no changed test file accounts for. */
  lost: TestResult[];
}

/**
 * Finds tests that a change made weaker: deleted, skipped, singled out, loosened. The runs tell some of it and the
 * texts some. A test whose expectation changed together with the behaviour (its new form fails without the fix) is
 * none, nor is one that moved or got another name. `testFiles` are the test-side files that the change touches.
 */
export function findTampering(evidence: Evidence, testFiles: ReadonlyMap<string, ChangedText>): Findings {
  const { weakenings: read, renamed } = compareTests(testFiles);
  const weakenings = [...read, ...findRemovedAssertions(testFiles)];
  const missing = findMissingTests(evidence, (old, now) =>
    renamed.some(({ from, to }) => isNamed(old, from) && isNamed(now, to)),
  );
  const blame = (test: TestResult) => findCulprit(test, testFiles, evidence);
  const told = [
    ...missing.flatMap((one) => tellMissing(one, blame(one.test))),
    ...findLoosened(evidence).map(tellLoosened),
  ];
  const focused = weakenings.filter(({ kind }) => kind === 'focuses');
  const others = weakenings.filter(
    (one) =>
      one.kind !== 'focuses' && !told.some((other) => isSame(one, other)) && !isMadeElsewhere(one, evidence),
  );
  return {
    // beside a focused test all others are skipped or gone
    tampering: [...focused, ...(focused.length > 0 ? [] : told), ...others].map(({ path, what }) => ({
      path,
      what,
    })),
    missing,
    lost: missing
      .filter(({ test, why }) => why !== 'not reached' && test.status === 'passed' && blame(test) === null)
      .map(({ test }) => test),
  };
}

function isNamed({ id, file }: TestResult, { path, title }: { path: string; title: string }): boolean {
  return (file === null || file === path) && id.endsWith(title);
}

/** Whether a test that is not written out any more still runs, made from a table, and expects what only the fix brings. */
function isMadeElsewhere(
  { kind, path, title }: Weakening,
  { baseline, patched, newTestsOnBase }: Evidence,
): boolean {
  if (kind !== 'deletes' || title === null) return false;
  const former = [...baseline.tests.values()].filter((test) => isNamed(test, { path, title }));
  return (
    former.every(({ id }) => patched.tests.get(id)?.status === 'passed') &&
    former.some(({ id }) => isRed(newTestsOnBase?.tests.get(id)?.status))
  );
}

/** The changed test-side file that accounts for what became of a test: its own, else one that any test may use. */
function findCulprit(
  { file }: TestResult,
  testFiles: ReadonlyMap<string, ChangedText>,
  { baseline, patched }: Evidence,
): string | null {
  if (file !== null && testFiles.has(file)) return file;
  const holders = new Set(
    [baseline, patched].flatMap(({ tests }) => [...tests.values()].map((test) => test.file)),
  );
  return [...testFiles.keys()].find((path) => file === null || !holders.has(path)) ?? null;
}

type Kind = Weakening['kind'];

function tellMissing({ test, why }: MissingTest, path: string | null): (Tampering & { kind: Kind })[] {
  if (path === null || why === 'not reached') return [];
  if (why === 'skipped') return [{ path, kind: 'skips', what: `skips the test "${test.id}"` }];
  const failed = isRed(test.status) ? ', which failed' : '';
  return [{ path, kind: 'deletes', what: `deletes the test "${test.id}"${failed}` }];
}

function tellLoosened({ id, file }: TestResult): Tampering & { kind: Kind } {
  return {
    path: file ?? '',
    kind: 'loosens',
    what: `loosens the test "${id}": as it was it fails with this change`,
  };
}

/** Whether the texts tell of the same as the runs. */
function isSame(read: Weakening, ran: Tampering & { kind: Kind }): boolean {
  if (read.path !== ran.path || read.kind !== ran.kind) return false;
  return read.kind === 'skips' || (read.kind === 'deletes' && ran.what.includes(read.title ?? ''));
}

/** Tests that pass with the patch, whose former form fails with it, and that needed no fix to pass in their new form. */
export function findLoosened({
  baseTestsOnPatch,
  newTestsOnBase,
  patched,
  baseline,
}: Evidence): TestResult[] {
  const tests = newTestsOnBase === null ? [] : [...newTestsOnBase.tests.values()];
  // what could not be built for the new tests says nothing of them
  const isWhole = tests.length > 0 && newTestsOnBase !== null && !isIncomplete(newTestsOnBase, baseline);
  const unloadable = new Set(tests.filter(isFileItself).map(({ file }) => file));
  return [...(baseTestsOnPatch?.tests.values() ?? [])].filter(({ id, file, status }) => {
    if (!isRed(status) || patched.tests.get(id)?.status !== 'passed') return false;
    const newForm = newTestsOnBase?.tests.get(id)?.status;
    return newForm === 'passed' || (newForm === undefined && isWhole && !unloadable.has(file));
  });
}
