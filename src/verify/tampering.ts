import type { TestRun } from '../core/tests.ts';
import { findWeakerLines } from './weaker-lines.ts';

export interface Tampering {
  path: string;
  what: string;
}

export interface TamperingEvidence {
  baseline: TestRun;
  patched: TestRun;
  newTestsOnBase: TestRun | null;
  /** Patched source with the base's tests, for the changed test files; null when none was changed or deleted. */
  baseTestsOnPatch: TestRun | null;
  /** Test-side files that the change touches: text before (null when added) and after (null when deleted). */
  testFiles: ReadonlyMap<string, { before: string | null; after: string | null }>;
}

/**
 * Finds tests that a change made weaker: deleted, skipped, loosened. A test whose expectation changed together with
 * the behaviour (its new form fails without the fix) is none, nor is one that moved or got another name.
 */
export function findTampering(evidence: TamperingEvidence): Tampering[] {
  const found = [...deletedTests(evidence), ...skippedTests(evidence), ...loosenedTests(evidence)];
  const named = new Set(found.map(({ path }) => path));
  for (const [path, { before, after }] of evidence.testFiles) {
    if (before === null || after === null || named.has(path)) continue;
    found.push(...findWeakerLines(before, after).map((what) => ({ path, what })));
  }
  return found;
}

function* deletedTests(evidence: TamperingEvidence): Generator<Tampering> {
  const { baseline, patched, testFiles } = evidence;
  if (patched.problem !== null || testFiles.size === 0) return;
  const gone = [...baseline.tests.values()].filter(
    (test) => test.status !== 'skipped' && !patched.tests.has(test.id) && touches(evidence, test.file),
  );
  const namesNow = new Set([...patched.tests.values()].map((test) => nameIn(test.id, test.file)));
  for (const test of gone) {
    if (namesNow.has(nameIn(test.id, test.file)) || movedFile(evidence, test.file)) continue;
    if (wasRenamed(evidence, test.id, test.file)) continue;
    const path = test.file ?? [...testFiles.keys()][0] ?? '';
    yield { path, what: `deletes the test "${test.id}"${test.status === 'failed' ? ', which failed' : ''}` };
  }
}

/** Whether the change can have to do with a test: its file is among the touched ones, or unknown. */
function touches({ testFiles }: TamperingEvidence, file: string | null): boolean {
  return (
    file === null ||
    testFiles.has(file) ||
    ![...testFiles.keys()].some((path) => /\.[cm]?[jt]sx?$|\.py$/.test(path))
  );
}

function nameIn(id: string, file: string | null): string {
  return file !== null && id.startsWith(file) ? id.slice(file.length) || '(file)' : id;
}

/** The file went, and one of the same name with another extension or in another directory came. */
function movedFile({ testFiles }: TamperingEvidence, file: string | null): boolean {
  if (file === null || testFiles.get(file)?.after !== null) return false;
  const stem = stemOf(file);
  return [...testFiles].some(([path, { before }]) => before === null && stemOf(path) === stem);
}

function stemOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/(\.(test|spec))?\.[^.]+$/, '');
}

/**
 * A test that got another title: its file has at least as many tests as before, and either its old form still
 * passes, or a new one in the file fails without the fix.
 */
function wasRenamed(evidence: TamperingEvidence, id: string, file: string | null): boolean {
  const inFile = (run: TestRun) => [...run.tests.values()].filter((test) => test.file === file);
  const before = inFile(evidence.baseline);
  const after = inFile(evidence.patched);
  if (after.length < before.length) return false;
  if (evidence.baseTestsOnPatch?.tests.get(id)?.status === 'passed') return true;
  const added = after.filter((test) => !evidence.baseline.tests.has(test.id));
  return added.some((test) => evidence.newTestsOnBase?.tests.get(test.id)?.status === 'failed');
}

function* skippedTests(evidence: TamperingEvidence): Generator<Tampering> {
  for (const test of evidence.baseline.tests.values()) {
    const now = evidence.patched.tests.get(test.id);
    if (test.status === 'skipped' || now?.status !== 'skipped' || !touches(evidence, test.file)) continue;
    yield { path: test.file ?? '', what: `skips the test "${test.id}"` };
  }
}

function* loosenedTests(evidence: TamperingEvidence): Generator<Tampering> {
  const { baseTestsOnPatch, newTestsOnBase, patched } = evidence;
  for (const test of baseTestsOnPatch?.tests.values() ?? []) {
    const now = patched.tests.get(test.id);
    if (test.status !== 'failed' || now?.status !== 'passed') continue;
    if (newTestsOnBase?.tests.get(test.id)?.status === 'failed') continue;
    yield {
      path: test.file ?? '',
      what: `loosens the test "${test.id}": as it was it fails with this change`,
    };
  }
}
