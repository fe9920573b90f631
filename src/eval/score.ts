import type { TestResult, TestRun, TestSelection } from '../core/tests.ts';
import type { Instance } from './instance.ts';
import { createTestFinder, type FindTests } from './match-tests.ts';

/** What the hidden tests say of a patch. */
export interface Score {
  resolved: boolean;
  /** One sentence for people. */
  why: string;
  /** By the names in the instance; or, where none of them is found here, by comparing runs without and with the true fix. */
  rule: 'names' | 'runs';
  fail_to_pass: Tally;
  pass_to_pass: Tally;
}

interface Tally {
  passed: number;
  failed: string[];
  /** Fail here without any patch as well, so that they tell nothing of it. */
  already_red: number;
  /** Names that no test bears here, with the true fix either. */
  unknown: number;
}

/** Runs of tests with the hidden tests in place. */
export interface ScoringRuns {
  patched(selection: TestSelection): Promise<TestRun>;
  /** With the true fix; null where the patch is just that. */
  fixed: ((selection: TestSelection) => Promise<TestRun>) | null;
  base(selection: TestSelection): Promise<TestRun>;
}

type Names = Pick<Instance, 'FAIL_TO_PASS' | 'PASS_TO_PASS'>;

/**
 * A patch resolves an instance when all tests pass that the true fix turns green, and none fails that passes before and
 * after it. `narrow` are the tests to begin with; all of them run where names are missing among those.
 */
export async function score(names: Names, narrow: TestSelection, runs: ScoringRuns): Promise<Score> {
  const { patched, selection } = await runEnough(names, narrow, runs);
  if (patched.tests.size === 0) {
    const why = `the hidden tests could not be run: ${patched.problem ?? 'none was found'}`;
    return {
      resolved: false,
      why,
      rule: 'names',
      fail_to_pass: allFailed(names.FAIL_TO_PASS),
      pass_to_pass: none,
    };
  }
  const find = createTestFinder(patched);
  const isMissing = (name: string) => find(name).length === 0;
  const fixed = [...names.FAIL_TO_PASS, ...names.PASS_TO_PASS].some(isMissing)
    ? createTestFinder((await runs.fixed?.(selection)) ?? patched)
    : find;
  const isKnown = (name: string) => !isMissing(name) || fixed(name).length > 0;
  if (!names.FAIL_TO_PASS.some(isKnown)) return scoreByRuns(patched, selection, runs);
  return judge({ names, isKnown, patched, selection, rule: 'names' }, runs);
}

/** Where the names are of no use: the tests that really go from red to green with the true fix, and those that stay green. */
async function scoreByRuns(patched: TestRun, selection: TestSelection, runs: ScoringRuns): Promise<Score> {
  const base = await runs.base(selection);
  const fixed = (await runs.fixed?.(selection)) ?? patched;
  const green = [...fixed.tests.values()].filter((test) => test.status === 'passed').map(({ id }) => id);
  const isGreenBefore = (id: string) => base.tests.get(id)?.status === 'passed';
  const names = {
    FAIL_TO_PASS: green.filter((id) => !isGreenBefore(id)),
    PASS_TO_PASS: green.filter(isGreenBefore),
  };
  // a file may hold cases that another one runs
  if (names.FAIL_TO_PASS.length === 0 && selection !== 'all')
    return scoreByRuns(await runs.patched('all'), 'all', runs);
  return judge({ names, isKnown: () => true, patched, selection, rule: 'runs' }, runs);
}

interface Question {
  names: Names;
  isKnown: (name: string) => boolean;
  patched: TestRun;
  selection: TestSelection;
  rule: Score['rule'];
}

async function judge(
  { names, isKnown, patched, selection, rule }: Question,
  runs: ScoringRuns,
): Promise<Score> {
  const known = { red: names.FAIL_TO_PASS.filter(isKnown), green: names.PASS_TO_PASS.filter(isKnown) };
  let failing = [...known.red, ...known.green].filter(isNotGreenIn(createTestFinder(patched)));
  // one failure may be chance
  if (failing.length > 0)
    failing = failing.filter(isNotGreenIn(createTestFinder(await runs.patched(selection))));
  const failed = new Set(failing);
  const lost = known.green.filter((name) => failed.has(name));
  const alreadyRed = new Set(
    lost.length === 0 ? [] : lost.filter(isNotGreenIn(createTestFinder(await runs.base(selection)))),
  );
  const fail_to_pass = tally(names.FAIL_TO_PASS, known.red, failed, new Set());
  const pass_to_pass = tally(names.PASS_TO_PASS, known.green, failed, alreadyRed);
  const resolved =
    known.red.length > 0 && fail_to_pass.failed.length === 0 && pass_to_pass.failed.length === 0;
  return { resolved, why: whyOf(fail_to_pass, pass_to_pass), rule, fail_to_pass, pass_to_pass };
}

const isNotGreenIn = (find: FindTests) => (name: string) => {
  const found = find(name);
  return found.length === 0 || found.some((test) => test.status !== 'passed');
};

const none: Tally = { passed: 0, failed: [], already_red: 0, unknown: 0 };

function allFailed(names: readonly string[]): Tally {
  return { ...none, failed: [...names] };
}

function tally(
  all: readonly string[],
  known: readonly string[],
  failed: ReadonlySet<string>,
  alreadyRed: ReadonlySet<string>,
): Tally {
  const red = known.filter((name) => failed.has(name));
  return {
    passed: known.length - red.length,
    failed: red.filter((name) => !alreadyRed.has(name)),
    already_red: alreadyRed.size,
    unknown: all.length - known.length,
  };
}

function whyOf(red: Tally, green: Tally): string {
  const [still, lost] = [red.failed, green.failed];
  if (still.length > 0)
    return `${still.length} of ${still.length + red.passed} tests that the true fix turns green fail, such as "${still[0]}"`;
  if (lost.length > 0)
    return `${lost.length} of ${lost.length + green.passed} tests that must stay green fail, such as "${lost[0]}"`;
  if (red.passed === 0) return 'no hidden test fails without the true fix and passes with it';
  return `${red.passed} hidden tests went from red to green, ${green.passed} stayed green`;
}

/** Runs the narrow selection, and everything where names are missing in that. */
async function runEnough(
  names: Names,
  narrow: TestSelection,
  runs: ScoringRuns,
): Promise<{ patched: TestRun; selection: TestSelection }> {
  const patched = await runs.patched(narrow);
  const find = createTestFinder(patched);
  const missing = (list: readonly string[]) => list.filter((name) => find(name).length === 0).length;
  const isEnough =
    missing(names.FAIL_TO_PASS) === 0 && missing(names.PASS_TO_PASS) <= names.PASS_TO_PASS.length / 2;
  if (narrow === 'all' || (isEnough && patched.tests.size > 0)) return { patched, selection: narrow };
  const whole = await runs.patched('all');
  // a long suite may be cut short before it gets to the files that matter
  const tests = new Map<string, TestResult>([...whole.tests, ...patched.tests]);
  return { patched: { ...whole, tests }, selection: 'all' };
}
