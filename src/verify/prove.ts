import type { Changes } from '../core/changes.ts';
import { isRed, type TestResult, type TestRun } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';
import { type ChangedText, readChangedTexts } from './changed-text.ts';
import { type Classes, classify } from './classify.ts';
import { runCrosswise } from './crosswise-runs.ts';
import { runSuite } from './long-suite.ts';
import type { Evidence, MissingTest } from './missing-tests.ts';
import type { ProofPorts } from './proof-ports.ts';
import { confirmRed, type Repeated, repeatFailed } from './repeat.ts';
import { findDependencyChanges, findSettingsChanges } from './settings.ts';
import { type SplitChange, splitChange } from './split-change.ts';
import { findTampering, type Tampering } from './tampering.ts';
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
  const findings = await weigh({ changes, texts, split, runs }, ports);
  const { blocked, red, classes } = findings;
  const flakyGreen = flakyOf(findings).filter(({ status }) => status === 'passed');
  const why = blocked ?? whyNothingShown({ ...red, flaky: flakyGreen }, classes.isNew, testFiles.size > 0);
  const failures = [...patched.tests.values()].filter((test) => isRed(test.status));
  const lacksTest = blocked === null && why !== null && testFiles.size === 0;
  return {
    verification: toVerification(findings, runs, ids, why),
    failures,
    output: patched.problem === null ? null : patched.output,
    lacksTest,
  };
}

/** A change with the runs on it. */
interface Examined {
  changes: Changes;
  texts: ReadonlyMap<string, ChangedText>;
  split: SplitChange;
  runs: Evidence;
}

/** What the runs and the texts tell of a change. */
interface Findings {
  classes: Classes;
  repeated: Repeated;
  missing: readonly MissingTest[];
  tampering: Tampering[];
  /** Why it cannot be proven, whatever else is found; null when nothing stands in the way. */
  blocked: string | null;
  red: { redToGreen: TestResult[]; flaky: TestResult[] };
}

async function weigh({ changes, texts, split, runs }: Examined, ports: ProofPorts): Promise<Findings> {
  const { baseline } = runs;
  const classes = classify(runs);
  const repeated = await repeatFailed(classes.suspects, changes, baseline, ports);
  const { missing, lost, ...found } = findTampering(runs, split.testTexts);
  const tampering = [...found.tampering, ...findSettingsChanges(texts)];
  const blocked = whyBlocked({
    ...runs,
    newlyRed: repeated.newlyRed,
    unmet: classes.alreadyRed.filter(({ id }) => !isRed(baseline.tests.get(id)?.status)),
    tampering,
    lost,
    dependencies: findDependencyChanges(texts),
  });
  const { redToGreen } = classes;
  // a change that is blocked anyway is not worth more runs
  const red =
    blocked === null
      ? await confirmRed(redToGreen, { whole: changes, tests: split.tests }, runs, ports)
      : { redToGreen, flaky: [] };
  return { classes, repeated, missing, tampering, blocked, red };
}

function flakyOf({ classes, repeated, red }: Findings): TestResult[] {
  return [...classes.flaky, ...repeated.flaky, ...red.flaky];
}

/** `why` is the reason why it is not proven; null: it is. */
function toVerification(
  findings: Findings,
  { patched, near }: Evidence,
  ids: Pick<Verification, 'tree' | 'base'>,
  why: string | null,
): Verification {
  const { classes, repeated, missing, tampering, red } = findings;
  return {
    verdict: why === null ? 'proven' : 'unproven',
    why: why ?? provenWhy(red.redToGreen, classes.unbuildable, near),
    ...ids,
    red_to_green: idsOf(red.redToGreen),
    new: classes.isNew,
    still_green: classes.stillGreen.length,
    newly_red: idsOf(repeated.newlyRed),
    already_red: idsOf([...classes.alreadyRed, ...repeated.alreadyRed]),
    flaky: idsOf(flakyOf(findings)),
    not_run: [
      ...missing.map((one) => ({ id: one.test.id, why: whyNotRun(one, patched) })),
      ...(near === null ? [] : [{ id: restOfSuite, why: near.why }]),
    ],
    tampering,
  };
}

/** Stands for all tests of a long suite that nobody knows the names of. */
const restOfSuite = '(the rest of the suite)';

function idsOf(tests: readonly TestResult[]): string[] {
  return tests.map(({ id }) => id);
}

function whyNotRun({ why }: MissingTest, patched: TestRun): string {
  if (why === 'skipped') return 'it is skipped now';
  return why === 'gone' ? 'it is not there any more' : (patched.problem ?? 'it was not reached');
}
