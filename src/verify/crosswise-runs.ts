import type { Changes } from '../core/changes.ts';
import type { TestRun } from '../core/tests.ts';
import { isTestPath } from '../text/test-paths.ts';
import type { Evidence } from './missing-tests.ts';
import type { ProofPorts } from './proof-ports.ts';
import { selectTests } from './select-tests.ts';
import type { SplitChange } from './split-change.ts';
import { findLoosened } from './tampering.ts';

/** The two runs that tell what the tests' own changes are worth: new tests on old source, old tests on new source. */
export async function runCrosswise(
  { tests, source, testTexts }: SplitChange,
  known: Pick<Evidence, 'patched' | 'baseline' | 'near'>,
  ports: ProofPorts,
): Promise<Evidence> {
  const runs: Evidence = { ...known, newTestsOnBase: null, baseTestsOnPatch: null };
  if (known.patched.tests.size === 0 || known.baseline.tests.size === 0) return runs;
  const pathsWith = (when: 'before' | 'after') =>
    [...testTexts].filter(([, text]) => text[when] !== null).map(([path]) => path);
  const run = async (part: Changes, paths: readonly string[]) =>
    ports.runTests(part, selectTests(paths, await testSources(part, ports), [known.patched, known.baseline]));
  const [present, former] = [pathsWith('after'), pathsWith('before')];
  const isTestsOnly = source.size === 0; // then these trees have run already
  if (present.length > 0 && !isTestsOnly) ports.say('running the new tests without the fix');
  if (present.length > 0) runs.newTestsOnBase = isTestsOnly ? known.patched : await run(tests, present);
  if (former.length === 0) return runs;
  if (!isTestsOnly) ports.say('running the former tests with the fix');
  runs.baseTestsOnPatch = isTestsOnly ? known.baseline : await run(source, former);
  // one failure is no ground to accuse
  if (findLoosened(runs).length > 0)
    runs.baseTestsOnPatch = passedInEither(runs.baseTestsOnPatch, await run(source, former));
  return runs;
}

function passedInEither(one: TestRun, other: TestRun): TestRun {
  const passed = [...other.tests].filter(([, test]) => test.status === 'passed');
  return { ...one, tests: new Map([...one.tests, ...passed]) };
}

/** The texts of all test-side code in the base with these changes. */
async function testSources(changes: Changes, ports: ProofPorts): Promise<Map<string, string>> {
  const paths = (await ports.basePaths()).filter(
    (path) => isTestPath(path) && /\.([cm]?[jt]sx?|java|kt)$/.test(path),
  );
  const sources = new Map(await ports.readBase(paths));
  for (const [path, change] of changes) {
    if (change.kind === 'file') sources.set(path, change.bytes.toString('utf8'));
    else sources.delete(path);
  }
  return sources;
}
