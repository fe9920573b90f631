import { once } from 'node:events';
import type { Environment } from '../../core/environment.ts';
import { messageOf, OperationalError } from '../../core/errors.ts';
import { countByStatus, type TestRun } from '../../core/tests.ts';
import { within } from '../../core/within.ts';
import { runTests } from '../../environment/run/run-tests.ts';
import { testNeeds } from '../../text/test-needs.ts';
import { usefulLines } from '../../text/useful-lines.ts';
import { advance, putBack } from '../../workspace/history.ts';
import type { RunLog } from '../run-log.ts';
import type { TestGround } from '../test-bench.ts';
import { type BaselineMemory, type BaselineStore, recall } from './baseline-memory.ts';
import { findFlaky } from './find-flaky.ts';
import { likelyTests } from './likely-tests.ts';
import { type RunPart, runInTime, type SuiteFiles } from './long-baseline.ts';

const checkSeconds = 180;
const checkedFiles = 3;
const mostMsBefore = 5000;

export interface Baseline {
  /** What showed that tests run here: one file's results, or the whole suite's. Rejects when they do not. */
  check: Promise<TestRun>;
  /** Tests ran in this environment before, at another commit: nobody has to wait for the check. */
  ranBefore: boolean;
  memory: Pick<BaselineMemory, 'passedOver' | 'notePassedOver'>;
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
  { tree, ...subject }: SuiteFiles & { tree: string },
  store: BaselineStore,
  outer: AbortSignal,
  before: Promise<unknown> = Promise.resolve(),
): Promise<Baseline> {
  const memory = await recall(store, ground.environment.key, tree);
  const stopper = new AbortController();
  const signal = AbortSignal.any([outer, stopper.signal]);
  const handles = { stop: () => stopper.abort(), stopped: () => signal.aborted };
  if (memory.results !== null) {
    const results = Promise.resolve(memory.results);
    return { check: results, ranBefore: true, memory, results, cached: true, ...handles };
  }
  const check = Promise.withResolvers<TestRun>();
  check.promise.catch(() => {}); // whoever waits for it sees it
  const results = measure(ground, subject, memory, check, signal, before).catch((error: unknown): TestRun => {
    check.reject(error);
    return { tests: new Map(), seconds: 0, problem: messageOf(error), cutShort: true, output: '' };
  });
  return { check: check.promise, ranBefore: memory.ran, memory, results, cached: false, ...handles };
}

/** Settles `check` as soon as it is clear whether tests run here. */
async function measure(
  ground: TestGround,
  subject: SuiteFiles,
  memory: BaselineMemory,
  check: PromiseWithResolvers<TestRun>,
  signal: AbortSignal,
  before: Promise<unknown>,
): Promise<TestRun> {
  const { environment, base, suiteSeconds } = ground;
  if (memory.ran) await within(mostMsBefore, Promise.race([before, once(signal, 'abort')]));
  signal.throwIfAborted();
  await using sandbox = await ground.sandboxes.open(environment, 'baseline');
  await advance(sandbox, base.git, environment.base, base.commit);
  let isUsed = false;
  const test: RunPart = async (selection, timeoutSeconds) => {
    if (isUsed) await putBack(sandbox);
    isUsed = true;
    return runTests(sandbox, environment.plan, { selection, timeoutSeconds, signal });
  };
  const quick = memory.ran ? null : await oneFile(test, subject.paths, Math.min(checkSeconds, suiteSeconds));
  if (quick !== null) {
    await memory.noteRan(quick);
    check.resolve(quick);
  }
  const { run: whole, isLong } = await runInTime(test, subject, {
    seconds: suiteSeconds,
    wasLong: memory.long,
  });
  if ([...whole.tests.values()].every(({ status }) => status === 'error')) {
    check.reject(doNotStart(whole, environment));
    return whole;
  }
  if (quick === null && !memory.ran) await memory.noteRan(whole);
  check.resolve(whole);
  if (isLong && !memory.long) await memory.noteLong(whole);
  const flaky = await findFlaky(whole, test);
  const found = flaky.length === 0 ? whole : { ...whole, flaky };
  if (!whole.cutShort || isLong) await memory.keep(found);
  return found;
}

/** The first of the likeliest test files in which a test passes. */
async function oneFile(test: RunPart, paths: readonly string[], seconds: number): Promise<TestRun | null> {
  for (const file of likelyTests(paths).slice(0, checkedFiles)) {
    const run = await test({ files: [file] }, seconds);
    if ([...run.tests.values()].some(({ status }) => status === 'passed')) return run;
  }
  return null;
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
