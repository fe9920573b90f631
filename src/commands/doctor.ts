import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { baselineDirectory, createSandboxes, type Engine, openEngine } from '../adapters.ts';
import type { Config } from '../config.ts';
import { type Diagnosis, type HostFacts, isSane } from '../core/diagnosis.ts';
import { messageOf, OperationalError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import { defaultRunLimits } from '../core/limits.ts';
import { exitCodes } from '../core/outcome.ts';
import type { TestRun } from '../core/tests.ts';
import { removeLocalLeftovers } from '../housekeeping/local-leftovers.ts';
import { printDetectedConfig } from '../report/doctor/detected-config.ts';
import { adviseOn } from '../report/doctor/doctor-advice.ts';
import { printDiagnosis } from '../report/doctor/print-diagnosis.ts';
import { createProgress, type Progress } from '../report/terminal/progress.ts';
import type { BaselineStore } from '../run/prepare/baseline-memory.ts';
import { createBaselineStore } from '../run/prepare/baseline-store.ts';
import { type Examination, examine } from '../run/prepare/examine.ts';
import { createRunLog } from '../run/run-log.ts';
import { testNeeds } from '../text/test-needs.ts';
import { openLocalRepository } from '../workspace/local-repository.ts';
import { describeEngine, describeHost } from './host-facts.ts';

export interface DoctorOptions {
  repo: string;
  base: string;
  registries?: string;
  json: boolean;
}

/**
 * `ai-fix doctor`: looks at the host, then makes environment and baseline of a local repository as a run does, and says
 * what it found and what to do. No model is asked. Returns the exit code: 0 when the baseline is sane.
 */
export async function doctor(options: DoctorOptions, config: Config, signal: AbortSignal): Promise<number> {
  const progress = createProgress(process.stderr, { colour: config.colour });
  const emit: Emit = async (...events) => {
    for (const event of events) {
      if (options.json) process.stdout.write(`${JSON.stringify(event)}\n`);
      await progress.show(event);
    }
  };
  const looked = await look(options, config, progress, emit, signal).finally(progress.stop);
  if (looked === null) return exitCodes.cancelled;
  const { host, found } = looked;
  const diagnosis = conclude(host, found);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ type: 'doctor', ...diagnosis })}\n`
      : `${printDiagnosis(diagnosis, found.failures)}\n`,
  );
  return diagnosis.sane ? 0 : 1;
}

const nothing: Examination = {
  plan: null,
  environment: null,
  baseline: null,
  failures: [],
  problem: null,
};

async function look(
  { repo, base, registries }: DoctorOptions,
  config: Config,
  progress: Progress,
  emit: Emit,
  signal: AbortSignal,
): Promise<{ host: HostFacts; found: Examination } | null> {
  const run = `doctor-${randomBytes(6).toString('hex')}`;
  const scratch = join(config.dataDirectory, 'fix', run);
  const host = await describeHost(config);
  try {
    await removeLocalLeftovers(config.dataDirectory, new Date());
    await using repository = await openLocalRepository(repo, scratch);
    const commit = await repository.resolve(base);
    const engine: Engine = await openEngine(config, progress.say, scratch);
    const sandboxes = createSandboxes(engine, config, { run, keepAgent: false, registriesOf: registries });
    const described = describeEngine(host, engine, sandboxes, config);
    const subject = {
      repository: repository.identity,
      base: { git: repository.git, commit },
      suiteSeconds: defaultRunLimits.suiteSeconds,
    };
    const baselines = newResults(createBaselineStore(baselineDirectory(config), scratch));
    const log = createRunLog(emit, () => performance.now());
    const adapters = { sandboxes, baselines, say: progress.say };
    const [facts, found] = await Promise.all([described, examine(subject, adapters, log, signal)]);
    return { host: facts, found };
  } catch (error) {
    if (signal.aborted) return null;
    if (!(error instanceof OperationalError)) throw error;
    return { host, found: { ...nothing, problem: messageOf(error) } };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Results of an earlier run are no answer to whether the tests run now; those of this one are. */
function newResults(store: BaselineStore): BaselineStore {
  const written = new Map<string, TestRun>();
  return {
    read: async (key) => written.get(key) ?? null,
    async write(key, run) {
      written.set(key, run);
      await store.write(key, run);
    },
  };
}

function conclude(host: HostFacts, found: Examination): Diagnosis {
  const { plan, environment, baseline, problem, failures } = found;
  const said = failures.map(({ message = '' }) => message);
  const sane = baseline !== null && isSane(baseline);
  return {
    ok: sane && host.problems.length === 0,
    host,
    environment,
    baseline,
    problem,
    sane,
    advice: [
      ...adviseOn({ host, environment, baseline, problem }),
      ...testNeeds(said.length > 0 ? said : [baseline?.output ?? '']),
    ],
    config: environment === null ? null : printDetectedConfig(environment, plan?.env ?? {}),
  };
}
