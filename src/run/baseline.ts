import { messageOf, OperationalError } from '../core/errors.ts';
import { countByStatus, type TestRun, type TestSelection } from '../core/tests.ts';
import { runTests } from '../environment/run-tests.ts';
import { isTestPath } from '../text/test-paths.ts';
import { advance } from '../workspace/history.ts';
import type { BaselineStore } from './ports.ts';
import type { RunLog } from './run-log.ts';
import type { TestGround } from './test-bench.ts';

const checkSeconds = 180;
const checkedFiles = 3;

export interface Baseline {
  /** Settles once it is clear that tests run here: one file gave results, or the whole suite did. Else rejects. */
  check: Promise<void>;
  /** The whole suite's results. Never rejects: what went wrong is the run's `problem`. */
  results: Promise<TestRun>;
  cached: boolean;
  /** Ends it early, when nobody needs the results any more. */
  stop(): void;
  stopped(): boolean;
}

/** Runs the suite on the untouched base, beside the agent; results kept from an earlier run are taken as they are. */
export async function startBaseline(
  ground: TestGround,
  { tree, paths }: { tree: string; paths: readonly string[] },
  store: BaselineStore,
  outer: AbortSignal,
): Promise<Baseline> {
  const { sandboxes, environment, base, suiteSeconds } = ground;
  const key = `${environment.key}-${tree}`;
  const stopper = new AbortController();
  const signal = AbortSignal.any([outer, stopper.signal]);
  const handles = { stop: () => stopper.abort(), stopped: () => signal.aborted };
  const kept = await store.read(key);
  if (kept !== null) {
    return { check: Promise.resolve(), results: Promise.resolve(kept), cached: true, ...handles };
  }
  const check = Promise.withResolvers<void>();
  check.promise.catch(() => {}); // whoever waits for it sees it
  const results = run().catch((error: unknown): TestRun => {
    check.reject(error);
    return { tests: new Map(), seconds: 0, problem: messageOf(error), cutShort: true, output: '' };
  });
  return { check: check.promise, results, cached: false, ...handles };

  async function run(): Promise<TestRun> {
    await using sandbox = await sandboxes.open(environment, 'baseline');
    await advance(sandbox, base.git, environment.base, base.commit);
    const test = (selection: TestSelection, timeoutSeconds: number) =>
      runTests(sandbox, environment.plan, { selection, timeoutSeconds, signal });
    for (const file of likelyTests(paths).slice(0, checkedFiles)) {
      const quick = await test({ files: [file] }, Math.min(checkSeconds, suiteSeconds));
      if (![...quick.tests.values()].some(({ status }) => status === 'passed')) continue;
      check.resolve();
      break;
    }
    const whole = await test('all', suiteSeconds);
    if (whole.tests.size === 0) check.reject(doNotStart(whole));
    else check.resolve();
    if (whole.tests.size > 0 && !whole.cutShort) await store.write(key, whole);
    return whole;
  }
}

/** Waits for the results and tells of them, unless it was ended early. */
export async function announceBaseline(baseline: Baseline, log: Pick<RunLog, 'emit'>): Promise<TestRun> {
  const run = await baseline.results;
  const { problem, seconds } = run;
  const { cached } = baseline;
  if (!baseline.stopped())
    await log.emit({ type: 'baseline_ready', counts: countByStatus(run), problem, seconds, cached });
  return run;
}

/** Files that are tests by their name, the shortest path first: those tend to be the plain ones. */
export function likelyTests(paths: readonly string[]): string[] {
  return paths
    .filter((path) => isTestPath(path) && /\.([cm]?[jt]sx?|py)$/.test(path))
    .filter(
      (path) =>
        !/(^|\/)(fixtures?|__fixtures__|support|helpers?|setup|types?|snapshots?)\b|\.d\.ts$|conftest/.test(
          path,
        ),
    )
    .sort((a, b) => a.length - b.length);
}

function doNotStart(run: TestRun): OperationalError {
  const end = run.output.split('\n').slice(-25).join('\n');
  return new OperationalError(
    'tests_do_not_start',
    `The tests do not run on the base commit: ${run.problem ?? 'no test was found'}.\n${end}\nSay in .github/ai-fix.yml how they run, under \`build\` and \`test\`.`,
  );
}
