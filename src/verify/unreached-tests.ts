import type { Changes } from '../core/changes.ts';
import { standsForFile, type TestRun, withPart } from '../core/tests.ts';
import { testNames } from '../text/test-names.ts';
import type { ChangedText } from './changed-text.ts';
import type { ProofPorts } from './proof-ports.ts';

const ranAlone = /\.([cm]?[jt]sx?|py)$/;

/**
 * The run with the patch, with the results of changed test files that gave none in it and give some by themselves: the
 * suite ended before it came to them, or names its files one by one.
 */
export async function withUnreached(
  patched: TestRun,
  changes: Changes,
  testTexts: ReadonlyMap<string, ChangedText>,
  ports: ProofPorts,
): Promise<TestRun> {
  const files = unreached(patched, testTexts);
  if (files.length === 0) return patched;
  ports.say('running the changed tests that the suite did not come to');
  const run = await ports.runTests(changes, { files });
  const found = [...run.tests.values()].filter(
    (test) => test.file !== null && files.includes(test.file) && !standsForFile(test),
  );
  // a file that only fails by itself is loaded by another
  if (!found.some(({ status }) => status === 'passed')) return patched;
  return withPart(patched, { ...run, tests: new Map(found.map((test) => [test.id, test])) });
}

/** None where the suite was cut short, or where it is not known what it came to. */
function unreached(patched: TestRun, testTexts: ReadonlyMap<string, ChangedText>): string[] {
  const reached = new Set([...patched.tests.values()].map(({ file }) => file));
  if (patched.cutShort || reached.size === 0 || reached.has(null)) return [];
  const isReached = (path: string) => [...reached].some((file) => `/${path}`.endsWith(`/${file}`));
  return [...testTexts]
    .filter(([path, { after }]) => after !== null && ranAlone.test(path) && testNames(path, after) !== null)
    .map(([path]) => path)
    .filter((path) => !isReached(path));
}
