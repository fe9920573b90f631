import { once } from 'node:events';
import type { Environment } from '../core/environment.ts';
import { messageOf, OperationalError } from '../core/errors.ts';
import { countByStatus, type TestRun, type TestSelection } from '../core/tests.ts';
import { within } from '../core/within.ts';
import { runTests } from '../environment/run-tests.ts';
import { testNeeds } from '../text/test-needs.ts';
import { usefulLines } from '../text/useful-lines.ts';
import { advance, putBack } from '../workspace/history.ts';
import { findFlaky } from './find-flaky.ts';
import { likelyTests } from './likely-tests.ts';
import { runInTime, type SuiteSubject } from './long-baseline.ts';
import type { BaselineStore } from './ports.ts';
import type { RunLog } from './run-log.ts';
import type { TestGround } from './test-bench.ts';

const checkSeconds = 180;
const checkedFiles = 3;
const mostMsBefore = 5000;

export interface Baseline {
  /** Settles once it is clear that tests run here: one file gave results, or the whole suite did. Else rejects. */
  check: Promise<void>;
  /** Tests ran in this environment before, at another commit: nobody has to wait for the check. */
  ranBefore: boolean;
  /** The whole suite's results. Never rejects: what went wrong is the run's `problem`. */
  results: Promise<TestRun>;
  cached: boolean;
  /** Ends it early, when nobody needs the results any more. */
  stop(): void;
  stopped(): boolean;
}

/**
 * Runs the suite on the untouched base, beside the agent; results kept from an earlier run are taken as they are. Where
 * nobody waits for its check, it lets the agent's first request go `before` it.
 */
export async function startBaseline(
  ground: TestGround,
  { tree, ...subject }: SuiteSubject & { tree: string },
  store: BaselineStore,
  outer: AbortSignal,
  before: Promise<unknown> = Promise.resolve(),
): Promise<Baseline> {
  const { sandboxes, environment, base, suiteSeconds } = ground;
  const key = `${environment.key}-${tree}`;
  const [markKey, longKey] = [`${environment.key}-ran`, `${environment.key}-long`];
  const stopper = new AbortController();
  const signal = AbortSignal.any([outer, stopper.signal]);
  const handles = { stop: () => stopper.abort(), stopped: () => signal.aborted };
  const [kept, mark] = await Promise.all([store.read(key), store.read(markKey)]);
  if (kept !== null) {
    const [check, results] = [Promise.resolve(), Promise.resolve(kept)];
    return { check, ranBefore: true, results, cached: true, ...handles };
  }
  const check = Promise.withResolvers<void>();
  check.promise.catch(() => {}); // whoever waits for it sees it
  const results = run().catch((error: unknown): TestRun => {
    check.reject(error);
    return { tests: new Map(), seconds: 0, problem: messageOf(error), cutShort: true, output: '' };
  });
  return { check: check.promise, ranBefore: mark !== null, results, cached: false, ...handles };

  async function run(): Promise<TestRun> {
    if (mark !== null) await within(mostMsBefore, Promise.race([before, once(signal, 'abort')]));
    signal.throwIfAborted();
    await using sandbox = await sandboxes.open(environment, 'baseline');
    await advance(sandbox, base.git, environment.base, base.commit);
    let isUsed = false;
    const test = async (selection: TestSelection, timeoutSeconds: number) => {
      if (isUsed) await putBack(sandbox);
      isUsed = true;
      return runTests(sandbox, environment.plan, { selection, timeoutSeconds, signal });
    };
    let ran = mark !== null;
    const note = (key: string, run: TestRun) => store.write(key, { ...run, tests: new Map(), output: '' });
    const takeNote = async (run: TestRun) => {
      if (!ran) await note(markKey, run);
      ran = true;
      check.resolve();
    };
    const candidates = ran ? [] : likelyTests(subject.paths).slice(0, checkedFiles);
    for (const file of candidates) {
      const quick = await test({ files: [file] }, Math.min(checkSeconds, suiteSeconds));
      if (![...quick.tests.values()].some(({ status }) => status === 'passed')) continue;
      await takeNote(quick);
      break;
    }
    const wasLong = (await store.read(longKey)) !== null;
    const { run: whole, isLong } = await runInTime(test, subject, { seconds: suiteSeconds, wasLong });
    if ([...whole.tests.values()].every(({ status }) => status === 'error')) {
      check.reject(doNotStart(whole, environment));
      return whole;
    }
    await takeNote(whole);
    if (isLong && !wasLong) await note(longKey, whole);
    const flaky = await findFlaky(whole, test);
    const found = flaky.length === 0 ? whole : { ...whole, flaky };
    if (!whole.cutShort || isLong) await store.write(key, found);
    return found;
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

function doNotStart(run: TestRun, { leftOut }: Environment): OperationalError {
  const needs = testNeeds([run.output])
    .map((need) => `${need}\n`)
    .join('');
  const why = run.tests.size === 0 ? 'no test was found' : 'no test file could be loaded';
  const lacking = leftOut.map(({ name, why }) => `${name} could not be installed: ${why}.\n`).join('');
  return new OperationalError(
    'tests_do_not_start',
    `The tests do not run on the base commit: ${run.problem ?? why}.\n${usefulLines(run.output, 25)}\n${lacking}${needs}Say in .github/ai-fix.yml how they run, under \`build\` and \`test\`.`,
  );
}
