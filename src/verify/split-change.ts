import { type Changes, type FileChange, pick } from '../core/changes.ts';
import type { TestRun } from '../core/tests.ts';
import { isCalledTest, isTestPath } from '../text/test-paths.ts';
import type { ChangedText } from './changed-text.ts';
import { joinRust, splitRust } from './split-rust.ts';

/** The two halves of a change. */
export interface SplitChange {
  tests: Changes;
  source: Changes;
  /** What changes on the side of the tests; of a file that has both sides only its tests. */
  testTexts: ReadonlyMap<string, ChangedText>;
}

/**
 * Splits a change by path, and the files of Rust that hold their own tests within. A file that is called `test.ts`
 * wherever it lies is a test if tests were seen to be in it.
 */
export function splitChange(
  changes: Changes,
  texts: ReadonlyMap<string, ChangedText>,
  known: readonly TestRun[],
): SplitChange {
  const seen = new Set(known.flatMap(({ tests }) => [...tests.values()].map(({ file }) => file)));
  const isTest = (path: string) => isTestPath(path) || (isCalledTest(path) && seen.has(path));
  const tests = new Map(pick(changes, isTest));
  const source = new Map(pick(changes, (path) => !isTest(path)));
  const testTexts = new Map([...texts].filter(([path]) => isTest(path)));
  for (const [path, change] of source) {
    const halves = splitFile(path, change, texts.get(path));
    if (halves === null) continue;
    tests.set(path, halves.tests);
    if (halves.source === null) source.delete(path);
    else source.set(path, halves.source);
    testTexts.set(path, halves.text);
  }
  return { tests, source, testTexts };
}

/** Null for a file that is of one side, or whose tests are as they were. */
function splitFile(
  path: string,
  change: FileChange,
  text: ChangedText | undefined,
): { tests: FileChange; source: FileChange | null; text: ChangedText } | null {
  if (!path.endsWith('.rs') || change.kind !== 'file') return null;
  if (text === undefined || text.before === null || text.after === null) return null;
  const [before, after] = [splitRust(text.before), splitRust(text.after)];
  if (before === null || after === null || before.tests === after.tests) return null;
  const withText = (joined: string): FileChange => ({ ...change, bytes: Buffer.from(joined) });
  return {
    tests: withText(joinRust(before, after)),
    source: before.source.trim() === after.source.trim() ? null : withText(joinRust(after, before)),
    text: { before: before.tests || null, after: after.tests || null },
  };
}
