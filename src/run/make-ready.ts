import type { Environment } from '../core/environment.ts';
import { OperationalError } from '../core/errors.ts';
import { detectEnvironment } from '../environment/detect.ts';
import { prepareEnvironment } from '../environment/prepare.ts';
import type { RepositoryConfig } from '../environment/repository-config.ts';
import { type CommitFiles, isAncestor } from '../workspace/commits.ts';
import { excludePaths, placeAncestry, placeTip, restoreTracked } from '../workspace/history.ts';
import type { RunLog } from './run-log.ts';
import type { RunAdapters } from './task.ts';
import type { Base } from './test-bench.ts';

/** What an environment is made for. */
export interface Site {
  /** Names the repository in cache keys. */
  repository: string;
  base: Base;
  files: CommitFiles;
  config: RepositoryConfig;
}

/** Finds or builds the environment of the base commit. */
export async function makeReady(
  { repository, base, files, config }: Site,
  { sandboxes, say }: Pick<RunAdapters, 'sandboxes' | 'say'>,
  log: Pick<RunLog, 'emit'>,
  signal: AbortSignal,
): Promise<{ environment: Environment; cached: boolean }> {
  const { git, commit } = base;
  const plan = await detectEnvironment(files, config);
  say(`detected: ${plan.summary}`);
  const ready = await prepareEnvironment(
    plan,
    {
      files,
      scope: [repository, sandboxes.image],
      base: commit,
      installVariables: sandboxes.installVariables,
      find: sandboxes.findEnvironments,
      isInHistory: (candidate) => isAncestor(git, candidate, commit),
      findSetup: sandboxes.findSetup,
      openForSetup: sandboxes.openForSetup,
      open: sandboxes.openForInstall,
      placeTip: (shell) => placeTip(shell, git, commit),
      placeAncestry: (shell) => placeAncestry(shell, git, commit),
      restoreTracked,
      excludePaths,
    },
    say,
    signal,
  );
  const { image, leftOut, notes, plan: installed } = ready.environment;
  const { summary } = installed;
  await log.emit({ type: 'environment_ready', summary, cached: ready.cached, image, leftOut, notes });
  return ready;
}

/** An image may be removed between the look for it and its start, by hand or by another process: then it is made anew. */
export async function onceMoreIfGone<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperationalError) || error.code !== 'image_unavailable') throw error;
    return await work();
  }
}
