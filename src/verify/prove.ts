import { type Changes, pick } from '../core/changes.ts';
import type { TestResult, TestRun, TestSelection } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';
import { isTestPath } from '../text/test-paths.ts';
import { classify } from './classify.ts';
import { selectTests } from './select-tests.ts';
import { type ChangedText, findDependencyChanges, findSettingsChanges } from './settings.ts';
import { findTampering, type Tampering } from './tampering.ts';

/** Times a test that passed before and failed now is repeated, on both trees, before it blocks. */
const repetitions = 3;

export interface ProofPorts {
  /** Runs tests in a fresh sandbox that holds the base with these changes, and nothing else. */
  runTests(changes: Changes, selection: TestSelection): Promise<TestRun>;
  /** The base's own results; may still be under way. */
  baseline: Promise<TestRun>;
  /** Texts of the base's files. */
  readBase(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Paths of the base's files. */
  basePaths(): Promise<readonly string[]>;
  /** Told what is being run, for people. */
  say(line: string): void;
}

export interface Proof {
  verification: Verification;
  /** What the failing tests said, for the next round. */
  failures: TestResult[];
  /** The end of the output of a run that gave no results. */
  output: string | null;
}

/** Runs what it takes to know what a change does, test by test. `tree` is the id of base plus changes. */
export async function prove(
  changes: Changes,
  ids: { tree: string; base: string },
  ports: ProofPorts,
): Promise<Proof> {
  ports.say('running the tests with the patch');
  const patched = await ports.runTests(changes, 'all');
  const baseline = await ports.baseline;
  const texts = await changedTexts(changes, ports);
  const testFiles = new Map([...texts].filter(([path]) => isTestPath(path)));
  const { newTestsOnBase, baseTestsOnPatch } = await runCrosswise(
    changes,
    testFiles,
    [patched, baseline],
    ports,
  );

  const classes = classify({ baseline, patched, newTestsOnBase });
  const { newlyRed, flaky } = await repeatSuspects(classes.suspects, changes, ports);
  const tampering = [
    ...findTampering({ baseline, patched, newTestsOnBase, baseTestsOnPatch, testFiles }),
    ...findSettingsChanges(texts),
  ];
  const failures = [...newlyRed, ...[...patched.tests.values()].filter((test) => test.status === 'failed')];
  const why = whyUnproven({
    patched,
    redToGreen: classes.redToGreen,
    isNew: classes.isNew,
    newlyRed,
    tampering,
    dependencies: findDependencyChanges(texts),
    hasTests: testFiles.size > 0,
  });
  const verification: Verification = {
    verdict: why === null ? 'proven' : 'unproven',
    why: why ?? provenWhy(classes.redToGreen.length),
    ...ids,
    red_to_green: classes.redToGreen,
    new: classes.isNew,
    still_green: classes.stillGreen.length,
    newly_red: newlyRed.map((test) => test.id),
    already_red: classes.alreadyRed,
    flaky,
    not_run: classes.notRun,
    tampering,
  };
  return {
    verification,
    failures: dedupe(failures),
    output: patched.problem === null ? null : patched.output,
  };
}

/** The two runs that tell what the tests' own changes are worth. */
async function runCrosswise(
  changes: Changes,
  testFiles: ReadonlyMap<string, ChangedText>,
  known: readonly TestRun[],
  ports: ProofPorts,
): Promise<{ newTestsOnBase: TestRun | null; baseTestsOnPatch: TestRun | null }> {
  const present = [...testFiles].filter(([, text]) => text.after !== null).map(([path]) => path);
  const touched = [...testFiles].filter(([, text]) => text.before !== null).map(([path]) => path);
  const run = async (what: string, part: Changes, paths: readonly string[]): Promise<TestRun | null> => {
    if (paths.length === 0) return null;
    const selection = selectTests(paths, await testSources(part, ports), known);
    if (selection !== 'all' && selection.files.length === 0) return null;
    ports.say(what);
    return ports.runTests(part, selection);
  };
  const testsOnly = pick(changes, isTestPath);
  const sourceOnly = pick(changes, (path) => !isTestPath(path));
  return {
    newTestsOnBase: await run('running the new tests without the fix', testsOnly, present),
    baseTestsOnPatch: await run('running the former tests with the fix', sourceOnly, touched),
  };
}

/** The texts of all test-side code in the base with these changes. */
async function testSources(changes: Changes, ports: ProofPorts): Promise<Map<string, string>> {
  const paths = (await ports.basePaths()).filter((path) => isTestPath(path) && /\.[cm]?[jt]sx?$/.test(path));
  const sources = new Map(await ports.readBase(paths));
  for (const [path, change] of changes) {
    if (change.kind === 'file') sources.set(path, change.bytes.toString('utf8'));
    else sources.delete(path);
  }
  return sources;
}

async function changedTexts(changes: Changes, ports: ProofPorts): Promise<Map<string, ChangedText>> {
  const before = await ports.readBase([...changes.keys()]);
  return new Map(
    [...changes].map(([path, change]) => [
      path,
      {
        before: before.get(path) ?? null,
        after: change.kind === 'file' ? change.bytes.toString('utf8') : null,
      },
    ]),
  );
}

/** Runs the tests that failed again, with and without the patch: one that ever differs from itself is flaky. */
async function repeatSuspects(
  suspects: readonly TestResult[],
  changes: Changes,
  ports: ProofPorts,
): Promise<{ newlyRed: TestResult[]; flaky: string[] }> {
  if (suspects.length === 0) return { newlyRed: [], flaky: [] };
  ports.say(`repeating ${suspects.length} failed tests on both trees`);
  const files = suspects.map((test) => test.file);
  const selection: TestSelection = files.every((file) => file !== null)
    ? { files: [...new Set(files)] }
    : 'all';
  const undecided = new Map(suspects.map((test) => [test.id, test]));
  const flaky: string[] = [];
  for (let round = 0; round < repetitions && undecided.size > 0; round++) {
    const withPatch = await ports.runTests(changes, selection);
    const without = await ports.runTests(new Map(), selection);
    for (const id of undecided.keys()) {
      if (withPatch.tests.get(id)?.status !== 'passed' && without.tests.get(id)?.status !== 'failed')
        continue;
      undecided.delete(id);
      flaky.push(id);
    }
  }
  return { newlyRed: [...undecided.values()], flaky };
}

interface Findings {
  patched: TestRun;
  redToGreen: readonly string[];
  isNew: readonly string[];
  newlyRed: readonly TestResult[];
  tampering: readonly Tampering[];
  dependencies: readonly string[];
  hasTests: boolean;
}

/** The first reason why a change is not proven, the gravest first; null when it is. */
function whyUnproven(found: Findings): string | null {
  if (found.patched.tests.size === 0)
    return `the tests could not be run: ${found.patched.problem ?? 'none was found'}`;
  if (found.newlyRed.length > 0) {
    return `${count(found.newlyRed.length, 'test')} that passed before ${found.newlyRed.length === 1 ? 'fails' : 'fail'} now`;
  }
  if (found.tampering.length > 0)
    return `tests or their settings were made weaker: ${found.tampering[0]?.path} ${found.tampering[0]?.what}`;
  if (found.patched.problem !== null) return `the test run is not complete: ${found.patched.problem}`;
  if (found.dependencies.length > 0)
    return `the dependencies changed (${found.dependencies.join(', ')}), and the tests ran with the former ones`;
  if (found.redToGreen.length > 0) return null;
  if (found.isNew.length > 0) return 'the new tests pass, but nothing shows that they fail without the fix';
  if (found.hasTests) return 'no test fails without the fix: the changed tests pass on the base as well';
  return 'no test proves this: the change has none, and none that failed before passes now';
}

function provenWhy(redToGreen: number): string {
  return `${count(redToGreen, 'test')} ${redToGreen === 1 ? 'fails' : 'fail'} without the fix and ${redToGreen === 1 ? 'passes' : 'pass'} with it; nothing that passed before fails`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function dedupe(tests: readonly TestResult[]): TestResult[] {
  return [...new Map(tests.map((test) => [test.id, test])).values()];
}
