import { type BaselineFacts, isSane, mostPass } from '../../core/diagnosis.ts';
import { countByStatus, type TestRun } from '../../core/tests.ts';
import { within } from '../../core/within.ts';
import type { RepositoryFiles } from '../../environment/repository-files.ts';
import type { Baseline } from './baseline.ts';
import { countTestFiles } from './test-files.ts';

/** Only a new environment waits, and once. */
const secondsWithoutDoubt = 20;
const secondsInDoubt = 180;

/** What speaks against relying on a baseline; null: nothing. */
export function doubtOf(facts: Pick<BaselineFacts, 'counts' | 'testFiles'>): string | null {
  if (isSane(facts)) return null;
  const { counts, testFiles } = facts;
  const { passed, failed, error } = counts;
  if (!mostPass(counts)) return `${passed} of ${passed + failed + error} tests pass`;
  return `${testFiles.collected} of ${testFiles.present} test files give results`;
}

/**
 * `doubtOf` the whole suite as far as it is worth waiting for: longer where its first tests make one doubt, and not at
 * all where tests ran in this environment before. Rejects where tests do not run.
 */
export async function doubtInTime(
  { memory, ranBefore, check, results }: Baseline,
  files: RepositoryFiles,
): Promise<string | null> {
  if (memory.passedOver) return 'another way was better before';
  if (ranBefore) return null;
  const seconds = mostPass(countByStatus(await check)) ? secondsWithoutDoubt : secondsInDoubt;
  const whole = await within(seconds * 1000, results);
  return whole === 'late' ? null : doubtOf(await factsOf(whole, files));
}

/** Of a suite that its time ended nobody expects results of all files. */
async function factsOf(run: TestRun, files: RepositoryFiles) {
  const testFiles = await countTestFiles(files, run);
  return {
    counts: countByStatus(run),
    testFiles: run.cutShort ? { ...testFiles, collected: null } : testFiles,
  };
}
