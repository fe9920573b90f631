import type { EnvironmentPlan } from '../../core/environment.ts';
import { isRefusal } from '../../core/errors.ts';
import type { TestRun } from '../../core/tests.ts';
import type { OngoingRun } from '../attempt/attempt-context.ts';
import { openAtBase } from '../attempt/open-at-base.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { TestGround } from '../test-bench.ts';
import { announceBaseline, type Baseline, startBaseline } from './baseline.ts';
import { buildEnvironment, onceMoreIfGone, type Site } from './build-environment.ts';
import { firstThatWorks } from './first-that-works.ts';
import type { SuiteFiles } from './long-baseline.ts';
import { doubtInTime } from './sanity.ts';

/** What a run works in, once it is clear that tests run there. Leaving an `await using` block removes it. */
export interface Ready extends AsyncDisposable {
  ground: TestGround;
  /** The agent's, at the base. As long as it is there, its image cannot be removed. */
  sandbox: RunSandbox;
  /** The untouched base's results, on their way. */
  baseline: Promise<TestRun>;
  /** Aborts where it turns out only later that tests do not run. */
  broken: AbortSignal;
}

export interface PrepareOptions {
  site: Site;
  /** The base's tree. */
  tree: string;
  suiteSeconds: number;
  /** Tests that the task makes likely. */
  relevant: SuiteFiles['relevant'];
  /** The tests need not be seen to run: they were, or a change without tests is allowed. */
  mayFail(plan: EnvironmentPlan): boolean;
  /** Puts into the agent's sandbox what was there when an earlier one was lost. */
  fill(sandbox: RunSandbox): Promise<void>;
  /** Settles when the model is asked for the first time. */
  asked: Promise<unknown>;
}

type Preparing = Pick<OngoingRun, 'adapters' | 'log' | 'signal'>;

/** Takes the first plan that installs and whose tests run; one with a sane baseline, where there is one. */
export async function prepareRun(
  plans: readonly EnvironmentPlan[],
  options: PrepareOptions,
  preparing: Preparing,
): Promise<Ready> {
  const doubted = new Map<string, Baseline>();
  const ready = await firstThatWorks(
    plans,
    (plan, triedBefore) => attempt(plan, triedBefore, options, preparing),
    async (ready) => {
      await using held = new AsyncDisposableStack();
      held.use(ready);
      const { started, ground } = ready;
      const why = await preparing.log.stage('check', () => doubtInTime(started, options.site.files));
      if (why === null) held.move();
      else doubted.set(ground.environment.key, started);
      return why;
    },
  );
  if (!doubted.has(ready.ground.environment.key))
    for (const { memory } of doubted.values()) await memory.notePassedOver();
  return ready;
}

async function attempt(
  plan: EnvironmentPlan,
  triedBefore: readonly string[],
  options: PrepareOptions,
  preparing: Preparing,
): Promise<Ready & { started: Baseline }> {
  await using opened = new AsyncDisposableStack();
  const place = await preparing.log.stage('environment', () =>
    onceMoreIfGone(() => install(plan, triedBefore, options, preparing)),
  );
  opened.use(place.sandbox);
  const checked = await preparing.log.stage('check', () => check(plan, place, options, preparing, opened));
  const held = opened.move();
  return { ...place, ...checked, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function install(
  plan: EnvironmentPlan,
  triedBefore: readonly string[],
  { site, suiteSeconds }: PrepareOptions,
  { adapters, log, signal }: Preparing,
): Promise<Pick<Ready, 'ground' | 'sandbox'>> {
  const { environment } = await buildEnvironment(site, { plan, triedBefore }, adapters, log, signal);
  const ground = { sandboxes: adapters.sandboxes, environment, base: site.base, suiteSeconds };
  return { ground, sandbox: await openAtBase(ground) };
}

/** Starts the baseline, and waits until it shows that tests run, where that was not seen before. */
async function check(
  plan: EnvironmentPlan,
  { ground, sandbox }: Pick<Ready, 'ground' | 'sandbox'>,
  { site, tree, relevant, mayFail, fill, asked }: PrepareOptions,
  { adapters, log, signal }: Preparing,
  opened: AsyncDisposableStack,
): Promise<Pick<Ready, 'baseline' | 'broken'> & { started: Baseline }> {
  const about = { tree, paths: await site.files.paths(), relevant };
  const started = await startBaseline(ground, about, adapters.baselines, signal, asked);
  const baseline = announceBaseline(started, log);
  baseline.catch(() => {}); // whoever needs it hears of it; until then it must not end the process
  opened.defer(async () => {
    started.stop();
    await baseline;
  });
  await fill(sandbox);
  const broken = new AbortController();
  if (mayFail(plan)) return { started, baseline, broken: broken.signal };
  if (!started.ranBefore) await started.check;
  started.check.catch((error) => {
    if (isRefusal(error)) broken.abort(error); // anything else is the baseline's own trouble
  });
  return { started, baseline, broken: broken.signal };
}
