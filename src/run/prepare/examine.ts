import type { BaselineFacts, EnvironmentFacts } from '../../core/diagnosis.ts';
import type { Environment, EnvironmentPlan } from '../../core/environment.ts';
import { messageOf, OperationalError } from '../../core/errors.ts';
import { countByStatus, isRed, type TestResult, type TestRun } from '../../core/tests.ts';
import { detectEnvironments } from '../../environment/detect/detect.ts';
import { readRepositoryConfig } from '../../environment/repository-config.ts';
import { printTestCommand } from '../../text/print-test-command.ts';
import { usefulLines } from '../../text/useful-lines.ts';
import { commitFiles, treeOf } from '../../workspace/commits.ts';
import type { RunLog } from '../run-log.ts';
import type { RunAdapters } from '../task.ts';
import type { Base } from '../test-bench.ts';
import { announceBaseline, startBaseline } from './baseline.ts';
import { buildEnvironment, onceMoreIfGone } from './build-environment.ts';
import { firstThatWorks } from './first-that-works.ts';
import { doubtOf } from './sanity.ts';
import { countTestFiles } from './test-files.ts';

/** A repository at a commit, to be looked at. */
export interface ExamineOptions {
  repository: string;
  base: Base;
  /** Seconds that one run of the suite may take. */
  suiteSeconds: number;
}

export interface Examination {
  plan: EnvironmentPlan | null;
  environment: EnvironmentFacts | null;
  baseline: BaselineFacts | null;
  /** The failing tests, with what they said. */
  failures: TestResult[];
  problem: string | null;
}

const shownFailures = 50;

/** Detection, preparation and baseline of one repository, as a run has them. Rejects for nothing that a repository does. */
export async function examine(
  { repository, base, suiteSeconds }: ExamineOptions,
  adapters: Pick<RunAdapters, 'sandboxes' | 'baselines' | 'say'>,
  log: RunLog,
  signal: AbortSignal,
): Promise<Examination> {
  const found: Examination = { plan: null, environment: null, baseline: null, failures: [], problem: null };
  try {
    const files = commitFiles(base.git, base.commit);
    const site = { repository, base, files };
    const tree = await treeOf(base.git, base.commit);
    const about = { tree, paths: await files.paths(), relevant: async () => [] };
    const plans = await detectEnvironments(files, await readRepositoryConfig(files));
    const attempt = (plan: EnvironmentPlan, triedBefore: readonly string[]) =>
      onceMoreIfGone(async (): Promise<Seen> => {
        const { environment, cached } = await log.stage('environment', () =>
          buildEnvironment(site, { plan, triedBefore }, adapters, log, signal),
        );
        found.plan = environment.plan;
        found.environment = describe(environment, cached, triedBefore);
        const ground = { sandboxes: adapters.sandboxes, environment, base, suiteSeconds };
        return log.stage('check', async () => {
          const started = await startBaseline(ground, about, adapters.baselines, signal);
          if (plans.length > 1) await started.check; // else what it says is all that there is to say
          const run = await announceBaseline(started, log);
          return { run, facts: { ...judge(run), testFiles: await countTestFiles(files, run) } };
        });
      });
    const { run, facts } = await firstThatWorks(plans, attempt, async ({ facts }) => doubtOf(facts));
    signal.throwIfAborted();
    found.baseline = facts;
    found.failures = failuresOf(run);
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    found.problem = messageOf(error);
  }
  return found;
}

interface Seen {
  run: TestRun;
  facts: BaselineFacts;
}

function describe(
  { plan, leftOut, notes }: Environment,
  cached: boolean,
  triedBefore: readonly string[],
): EnvironmentFacts {
  const { summary, setup, install, build } = plan;
  const tests = plan.tests.map(printTestCommand);
  return { summary, setup, install, build, tests, cached, leftOut, notes: [...triedBefore, ...notes] };
}

function judge(run: TestRun): Omit<BaselineFacts, 'testFiles'> {
  return {
    counts: countByStatus(run),
    failing: failuresOf(run)
      .slice(0, shownFailures)
      .map(({ id }) => id),
    problem: run.problem,
    cutShort: run.cutShort,
    output: run.problem === null ? '' : usefulLines(run.output),
    seconds: Math.round(run.seconds * 10) / 10,
  };
}

function failuresOf(run: TestRun): TestResult[] {
  return [...run.tests.values()].filter(({ status }) => isRed(status));
}
