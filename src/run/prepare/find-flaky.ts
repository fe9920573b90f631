import { isRed, standsForFile, type TestResult, type TestRun, type TestSelection } from '../../core/tests.ts';
import type { RunPart } from './long-baseline.ts';

const repetitions = 2;
const mostSeconds = 300;
/** To start a runner takes its time, however short the suite. */
const leastSeconds = 30;
/** Beyond that something is wrong with all of them, and they would take the whole suite's time again. */
const mostFiles = 30;
const quickSuiteSeconds = 30;

/** Runs the tests that failed again, within limits: those that pass then are flaky. Nobody changed anything. */
export async function findFlaky(whole: TestRun, test: RunPart): Promise<string[]> {
  const open = new Set([...whole.tests.values()].filter((one) => isRed(one.status) && !standsForFile(one)));
  const flaky: string[] = [];
  let seconds = Math.min(mostSeconds, Math.max(leastSeconds, whole.seconds * repetitions));
  for (let round = 0; round < repetitions && open.size > 0 && seconds > 1; round++) {
    const selection = selectionOf([...open], whole);
    if (selection === null) break;
    const run = await test(selection, seconds);
    seconds -= run.seconds;
    for (const one of open) {
      if (run.tests.get(one.id)?.status !== 'passed') continue;
      open.delete(one);
      flaky.push(one.id);
    }
  }
  return flaky;
}

/** Null when it would take too long. */
function selectionOf(tests: readonly TestResult[], whole: TestRun): TestSelection | null {
  const files = new Set(tests.map(({ file }) => file));
  if (files.has(null)) return whole.seconds <= quickSuiteSeconds ? 'all' : null;
  return files.size > mostFiles ? null : { files: [...files] as string[] };
}
