import { isIncomplete, type TestResult, type TestRun } from '../core/tests.ts';
import { count } from '../text/count.ts';
import type { NearTests } from './classify.ts';
import type { Tampering } from './tampering.ts';

interface Facts {
  patched: TestRun;
  baseline: TestRun;
  near: NearTests | null;
  newlyRed: readonly TestResult[];
  /** Tests of the change that fail with the patch as they do without it. */
  unmet: readonly TestResult[];
  tampering: readonly Tampering[];
  /** Tests that passed before, did not run now, and that no changed test accounts for. */
  lost: readonly TestResult[];
  dependencies: readonly string[];
}

/** The first reason why a change cannot be proven, the gravest first; null when there is none. */
export function whyBlocked(facts: Facts): string | null {
  const { patched, baseline, near, newlyRed, unmet, tampering, lost, dependencies } = facts;
  if (patched.tests.size === 0) return `the tests could not be run: ${patched.problem ?? 'none was found'}`;
  if (baseline.tests.size === 0)
    return `the tests could not be run on the base commit (${baseline.problem ?? 'none was found'}), so nothing is known of what passed before`;
  if (newlyRed.length > 0)
    return `${count(newlyRed.length, 'test')} that passed before ${newlyRed.length === 1 ? 'fails' : 'fail'} now`;
  if (tampering.length > 0)
    return `tests or their settings were made weaker: ${tampering[0]?.path} ${tampering[0]?.what}`;
  if (unmet.length > 0)
    return `${count(unmet.length, 'test')} of the change ${unmet.length === 1 ? 'fails' : 'fail'} with it as well`;
  if (lost.length > 0)
    return `${count(lost.length, 'test')} that passed before did not run, ${lost.length === 1 ? 'namely' : 'such as'} "${lost[0]?.id}"`;
  if (near === null && isIncomplete(patched, baseline))
    return `the test run is not complete: ${patched.problem}`;
  if (dependencies.length > 0)
    return `the dependencies changed (${dependencies.join(', ')}), and the tests ran with the former ones`;
  return null;
}

/** Why the tests, good as they are, show no fix; null when they show one. */
export function whyNothingShown(
  { redToGreen, flaky }: { redToGreen: readonly TestResult[]; flaky: readonly TestResult[] },
  isNew: readonly string[],
  hasTests: boolean,
): string | null {
  if (redToGreen.length > 0) return null;
  if (flaky.length > 0)
    return 'no test shows the fix: those that failed without it and passed with it are flaky';
  if (isNew.length > 0) return 'the new tests pass, but nothing shows that they fail without the fix';
  if (hasTests) return 'no test fails without the fix: the changed tests pass on the base as well';
  return 'no test proves this: the change has none, and none that failed before passes now';
}

export function provenWhy(
  redToGreen: readonly TestResult[],
  unbuildable: ReadonlySet<string>,
  near: NearTests | null,
): string {
  const isOne = redToGreen.length === 1;
  const those = redToGreen.filter(({ id }) => unbuildable.has(id)).length;
  return [
    isOne
      ? '1 test fails without the fix and passes with it'
      : `${redToGreen.length} tests fail without the fix and pass with it`,
    ...(those === 0
      ? []
      : [
          `${isOne ? 'it' : those === redToGreen.length ? 'they' : `${those} of them`} cannot be loaded or built without it`,
        ]),
    'nothing that passed before fails',
    ...(near === null
      ? []
      : ['the suite is too long to run whole: all tests near the change ran, and others as time allowed']),
  ].join('; ');
}
