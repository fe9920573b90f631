import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskText } from '../agent/first-message.ts';
import { type Config, requireApiKey } from '../config.ts';
import type { Emit } from '../core/events.ts';
import type { RunLimits } from '../core/limits.ts';
import { removeLocalLeftovers } from '../housekeeping/local-leftovers.ts';
import { baselineDirectory, completeWith, createSandboxes, openEngine } from '../main.ts';
import type { Progress } from '../report/progress.ts';
import { createBaselineStore } from '../run/baseline-store.ts';
import { createEventFile } from '../run/event-file.ts';
import { runPipeline } from '../run/pipeline.ts';
import type { RunResult } from '../run/task.ts';
import { openLocalRepository } from '../workspace/local-repository.ts';

export interface LocalTask {
  /** Directory of a git repository; it is only read. */
  directory: string;
  /** Revision to start from. */
  base: string;
  text: TaskText;
  limits: RunLimits;
  keepSandbox: boolean;
}

/**
 * One run on a repository of this host, without GitHub. Its events and its patch are kept in a directory of their own,
 * which the result names. Rejects with an OperationalError for what keeps a run from being started.
 */
export async function runLocally(
  task: LocalTask,
  config: Config,
  progress: Progress,
  print: Emit,
  signal: AbortSignal,
): Promise<RunResult & { directory: string }> {
  const runId = `fix-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;
  const directory = join(config.dataDirectory, 'fix', runId);
  await removeLocalLeftovers(config.dataDirectory, new Date());
  await using repository = await openLocalRepository(task.directory, directory);
  const commit = await repository.resolve(task.base);
  requireApiKey(config); // before anything is set up
  const engine = await openEngine(config, progress.say, directory);
  const file = await createEventFile(directory);
  const emit: Emit = async (...events) => {
    await file.append(...events);
    await print(...events);
  };
  if (repository.uncommitted.length > 0) {
    await emit({ type: 'note', text: describeUncommitted(repository.uncommitted) });
  }
  const result = await runPipeline(
    {
      run: runId,
      title: task.text.title,
      commit,
      left: null,
      open: async () => ({ git: repository.git, text: task.text, organisation: { locked: [] } }),
      repository: repository.identity,
      model: config.model.name,
      limits: task.limits,
    },
    {
      sandboxes: createSandboxes(engine, config, { run: runId, keepAgent: task.keepSandbox }),
      baselines: createBaselineStore(baselineDirectory(config), directory),
      complete: completeWith(config, emit),
      emit,
      say: progress.say,
      now: () => performance.now(),
    },
    signal,
  );
  if (result.patch !== null) await writeFile(join(directory, 'change.patch'), result.patch);
  return { ...result, directory };
}

function describeUncommitted(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : '';
  return `uncommitted changes are not seen: ${shown}${more}`;
}
