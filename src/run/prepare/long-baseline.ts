import { standsForFile, type TestRun, type TestSelection, withPart } from '../../core/tests.ts';
import { mayHoldTests } from '../../text/test-names.ts';
import { isTestPath } from '../../text/test-paths.ts';

/** For the relevant part of a suite that turned out to be too long. */
const partSeconds = 300;
const leastSeconds = 5;
const shownFiles = 3;

/** Runs a part of the suite, or all of it. */
export type RunPart = (selection: TestSelection, timeoutSeconds: number) => Promise<TestRun>;

export interface SuiteFiles {
  paths: readonly string[];
  /** Parts of the suite as test files, the one that matters most first. */
  relevant(): Promise<readonly (readonly string[])[]>;
}

/**
 * Runs the suite as far as its time goes. Of one that is known to be longer the relevant part comes first, and then the
 * rest; of one that turns out to be, it is run afterwards. `isLong` says what it is now known to be.
 */
export async function runInTime(
  test: RunPart,
  { paths, relevant }: SuiteFiles,
  { seconds, wasLong }: { seconds: number; wasLong: boolean },
): Promise<{ run: TestRun; isLong: boolean }> {
  const first = wasLong ? await runParts(await relevant(), seconds) : null;
  const rest = await test('all', seconds - (first?.seconds ?? 0));
  const whole = first === null ? rest : withPart(rest, first);
  if (!rest.cutShort || whole.seconds < seconds) return { run: whole, isLong: false };
  const later = wasLong ? null : await runParts(await relevant(), Math.min(partSeconds, seconds));
  return { run: withUnreached(later === null ? whole : withPart(whole, later), paths), isLong: true };

  async function runParts(parts: readonly (readonly string[])[], most: number): Promise<TestRun | null> {
    let joined: TestRun | null = null;
    for (const files of parts) {
      const left: number = most - (joined?.seconds ?? 0);
      if (left < leastSeconds) break;
      const part = await test({ files }, left);
      joined = joined === null ? part : withPart(joined, part);
    }
    return joined;
  }
}

/** Says which test files were not reached, where results tell their files. */
function withUnreached(run: TestRun, paths: readonly string[]): TestRun {
  const tests = [...run.tests.values()].filter((test) => !standsForFile(test));
  const reached = new Set(tests.map(({ file }) => file));
  const unreached = paths.filter((path) => isTestPath(path) && mayHoldTests(path) && !reached.has(path));
  if (unreached.length === 0 || reached.has(null)) return run;
  const shown = unreached.slice(0, shownFiles).join(', ');
  const more = unreached.length > shownFiles ? ', ...' : '';
  return {
    ...run,
    problem: `${run.problem}; ${unreached.length} test files were not reached (${shown}${more})`,
  };
}
