import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baselineDirectory, createModels, createSandboxes, type Engine, openEngine } from '../adapters.ts';
import type { TaskText } from '../agent/first-message.ts';
import { type Config, requireApiKey } from '../config.ts';
import type { AttemptRules } from '../core/attempts.ts';
import type { Environment } from '../core/environment.ts';
import type { Emit, Say } from '../core/events.ts';
import { notShown } from '../core/issue-image.ts';
import type { RunLimits } from '../core/limits.ts';
import { removeLocalLeftovers } from '../housekeeping/local-leftovers.ts';
import { pricesFor } from '../model/parse-prices.ts';
import { modelProfile } from '../model/prices.ts';
import type { Progress } from '../report/terminal/progress.ts';
import { runPipeline } from '../run/pipeline.ts';
import { createBaselineStore } from '../run/prepare/baseline-store.ts';
import type { Sandboxes } from '../run/sandboxes.ts';
import type { RunResult } from '../run/task.ts';
import type { TestGround } from '../run/test-bench.ts';
import { sanitize } from '../text/sanitize.ts';
import { type LocalRepository, openLocalRepository } from '../workspace/local-repository.ts';
import { createEventFile } from './event-file.ts';

interface LocalTask {
  text: TaskText;
  limits: RunLimits;
  attempts: Partial<AttemptRules>;
  keepSandbox: boolean;
  /** Whose access to private registries it has: `owner` or `owner/name`. */
  registriesOf?: string | undefined;
}

/**
 * One run on a repository of this host, without GitHub. Its events and its patch are kept in a directory of their own,
 * which the result names. Rejects with an OperationalError for what keeps a run from being started.
 */
export async function runLocally(
  task: LocalTask & { directory: string; base: string },
  config: Config,
  progress: Progress,
  print: Emit,
  signal: AbortSignal,
): Promise<RunResult & { directory: string }> {
  const run = newRunId('fix');
  const directory = join(config.dataDirectory, 'fix', run);
  await removeLocalLeftovers(config.dataDirectory, new Date());
  await using repository = await openLocalRepository(task.directory, directory);
  const commit = await repository.resolve(task.base);
  requireApiKey(config); // before anything is set up
  const engine = await openEngine(config, progress.say, directory);
  const around = { run, directory, engine, config, print, say: progress.say };
  const { result } = await runOnCommit(repository, commit, task, around, signal);
  return { ...result, directory };
}

/** What a run has around it. */
interface Surroundings {
  run: string;
  /** Where its events and its patch are kept. */
  directory: string;
  engine: Engine;
  config: Config;
  print: Emit;
  say: Say;
}

/** The pipeline on a commit of an open repository. The ground that it tested on is null when it came to none. */
export async function runOnCommit(
  repository: LocalRepository,
  commit: string,
  { text, limits, attempts, keepSandbox, registriesOf }: LocalTask,
  { run, directory, engine, config, print, say }: Surroundings,
  signal: AbortSignal,
): Promise<{ result: RunResult; ground: TestGround | null }> {
  const file = await createEventFile(directory);
  const emit: Emit = async (...events) => {
    await file.append(...events);
    await print(...events);
  };
  if (repository.uncommitted.length > 0) {
    await emit({ type: 'note', text: describeUncommitted(repository.uncommitted) });
  }
  const { sandboxes, used } = watchEnvironment(
    createSandboxes(engine, config, { run, keepAgent: keepSandbox, registriesOf }),
  );
  const result = await runPipeline(
    {
      run,
      title: text.title,
      commit,
      resume: null,
      open: async () => ({ git: repository.git, text: withImages(text), organisation: { locked: [] } }),
      repository: repository.identity,
      model: config.model.name,
      limits,
      attempts,
    },
    {
      sandboxes,
      baselines: createBaselineStore(baselineDirectory(config), directory),
      model: createModels(config, emit),
      modelProfile: (name) => modelProfile(name, pricesFor(name, config.model.prices)),
      emit,
      say,
      now: () => performance.now(),
    },
    signal,
  );
  if (result.patch !== null) await writeFile(join(directory, 'change.patch'), result.patch);
  const environment = used();
  const base = { git: repository.git, commit };
  const { suiteSeconds } = limits;
  return { result, ground: environment === null ? null : { sandboxes, environment, base, suiteSeconds } };
}

/** Nothing is fetched for a file: the model is told of the images that it does not see. */
function withImages(text: TaskText): TaskText {
  const images = sanitize(text.body).images.map((image) => notShown(image, 'it was not fetched'));
  return { ...text, images };
}

/** Names a run, also in the labels of its sandboxes. */
export function newRunId(command: string): string {
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  return `${command}-${time}-${randomBytes(3).toString('hex')}`;
}

/** Takes note of the environment that the agent got. */
function watchEnvironment(sandboxes: Sandboxes): { sandboxes: Sandboxes; used: () => Environment | null } {
  let last: Environment | null = null;
  return {
    sandboxes: {
      ...sandboxes,
      async open(environment, purpose) {
        if (purpose === 'agent') last = environment;
        return sandboxes.open(environment, purpose);
      },
    },
    used: () => last,
  };
}

function describeUncommitted(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  return `uncommitted changes are not seen: ${shown}${more}`;
}
