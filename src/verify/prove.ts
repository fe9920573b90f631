import type { Changes } from '../core/changes.ts';
import { isRed, type TestResult, type TestRun } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';
import { isTestPath } from '../text/test-paths.ts';
import { readChangedTexts } from './changed-text.ts';
import { type Classes, classify } from './classify.ts';
import { runSuite } from './long-suite.ts';
import type { Evidence, MissingTest } from './missing-tests.ts';
import type { ProofPorts } from './proof-ports.ts';
import { confirmRed, repeatFailed } from './repeat.ts';
import { selectTests } from './select-tests.ts';
import { findDependencyChanges, findSettingsChanges } from './settings.ts';
import { type SplitChange, splitChange } from './split-change.ts';
import { findLoosened, findTampering } from './tampering.ts';
import { withUnreached } from './unreached-tests.ts';
import { provenWhy, whyBlocked, whyNothingShown } from './why.ts';

export interface Proof {
  verification: Verification;
  /** What the failing tests said, for the next round. */
  failures: TestResult[];
  /** The end of the output of a run that gave no results. */
  output: string | null;
  /** Nothing is wrong but that no test shows the fix. */
  lacksTest: boolean;
}

/** Runs what it takes to know what a change does, test by test. `tree` is the id of base plus changes. */
export async function prove(
  changes: Changes,
  ids: { tree: string; base: string },
  ports: ProofPorts,
): Promise<Proof> {
  const { baseline, near, ...suite } = await runSuite(changes, ports);
  const texts = await readChangedTexts(changes, ports.readBase);
  const split = splitChange(changes, texts, [suite.patched, baseline]);
  const testFiles = split.testTexts;
  const patched = await withUnreached(suite.patched, changes, testFiles, ports);
  const runs = await runCrosswise(split, { patched, baseline, near }, ports);

  const classes = classify(runs);
  const repeated = await repeatFailed(classes.suspects, changes, baseline, ports);
  const { missing, lost, ...found } = findTampering(runs, testFiles);
  const tampering = [...found.tampering, ...findSettingsChanges(texts)];
  const blocked = whyBlocked({
    ...runs,
    newlyRed: repeated.newlyRed,
    unmet: classes.alreadyRed.filter(({ id }) => !isRed(baseline.tests.get(id)?.status)),
    tampering,
    lost,
    dependencies: findDependencyChanges(texts),
  });
  const red = await confirm(classes, blocked, { whole: changes, tests: split.tests }, runs, ports);
  const flaky = [...classes.flaky, ...repeated.flaky, ...red.flaky];
  const flakyGreen = flaky.filter(({ status }) => status === 'passed');
  const shown = { ...red, flaky: flakyGreen };
  const why = blocked ?? whyNothingShown(shown, classes.isNew, testFiles.size > 0);
  const verification: Verification = {
    verdict: why === null ? 'proven' : 'unproven',
    why: why ?? provenWhy(red.redToGreen, classes.unbuildable, near),
    ...ids,
    red_to_green: idsOf(red.redToGreen),
    new: classes.isNew,
    still_green: classes.stillGreen.length,
    newly_red: idsOf(repeated.newlyRed),
    already_red: idsOf([...classes.alreadyRed, ...repeated.alreadyRed]),
    flaky: idsOf(flaky),
    not_run: [
      ...missing.map((one) => ({ id: one.test.id, why: whyNotRun(one, patched) })),
      ...(near === null ? [] : [{ id: restOfSuite, why: near.why }]),
    ],
    tampering,
  };
  const failures = [...patched.tests.values()].filter((test) => isRed(test.status));
  const lacksTest = blocked === null && why !== null && testFiles.size === 0;
  return { verification, failures, output: patched.problem === null ? null : patched.output, lacksTest };
}

/** Stands for all tests of a long suite that nobody knows the names of. */
const restOfSuite = '(the rest of the suite)';

/** A change that is blocked anyway is not worth more runs. */
async function confirm(
  { redToGreen }: Classes,
  blocked: string | null,
  trees: { whole: Changes; tests: Changes },
  runs: Evidence,
  ports: ProofPorts,
): Promise<{ redToGreen: TestResult[]; flaky: TestResult[] }> {
  if (blocked !== null) return { redToGreen, flaky: [] };
  return confirmRed(redToGreen, trees, runs, ports);
}

/** The two runs that tell what the tests' own changes are worth: new tests on old source, old tests on new source. */
async function runCrosswise(
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

function idsOf(tests: readonly TestResult[]): string[] {
  return tests.map(({ id }) => id);
}

function whyNotRun({ why }: MissingTest, patched: TestRun): string {
  if (why === 'skipped') return 'it is skipped now';
  return why === 'gone' ? 'it is not there any more' : (patched.problem ?? 'it was not reached');
}
