import { createHash } from 'node:crypto';
import type { BuildContext, Environment, EnvironmentPlan, ImageSource } from '../../core/environment.ts';
import { hasCode } from '../../core/errors.ts';
import { isManifest } from '../../environment/manifests.ts';
import { prepareEnvironment } from '../../environment/prepare/prepare-environment.ts';
import { archiveOf } from '../../workspace/archive.ts';
import { type CommitFiles, isAncestor } from '../../workspace/commits.ts';
import { excludePaths, placeAncestry, placeTip, restoreTracked } from '../../workspace/history.ts';
import type { RunLog } from '../run-log.ts';
import type { RunAdapters } from '../task.ts';
import type { Base } from '../test-bench.ts';

/** What an environment is made for. */
export interface Site {
  /** Names the repository in cache keys. */
  repository: string;
  base: Base;
  files: CommitFiles;
}

/** Finds or builds the environment of the base commit by a plan. `triedBefore` is told with it. */
export async function buildEnvironment(
  { repository, base, files }: Site,
  { plan, triedBefore }: { plan: EnvironmentPlan; triedBefore: readonly string[] },
  adapters: Pick<RunAdapters, 'sandboxes' | 'say'>,
  log: Pick<RunLog, 'emit'>,
  signal: AbortSignal,
): Promise<{ environment: Environment; cached: boolean }> {
  const { say } = adapters;
  const { git, commit } = base;
  say(`detected: ${plan.summary}`);
  const sandboxes =
    plan.from === undefined
      ? adapters.sandboxes
      : await adapters.sandboxes.startFrom(plan.from, await contextOf(base, files, plan.from), say, signal);
  const ready = await prepareEnvironment(
    plan,
    {
      files,
      scope: [repository, sandboxes.image],
      base: commit,
      installVariables: sandboxes.installVariables,
      registries: await adapters.sandboxes.registries(),
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
  await log.emit({
    type: 'environment_ready',
    summary: installed.summary,
    cached: ready.cached,
    image,
    leftOut,
    notes: [...triedBefore, ...notes],
  });
  return ready;
}

/** A Dockerfile's image is made anew when it or a manifest changes: those decide what it installs. */
async function contextOf(
  { git, commit }: Base,
  files: CommitFiles,
  from: ImageSource,
): Promise<BuildContext> {
  const paths = (await files.paths()).filter(isManifest);
  const ids = await files.ids('dockerfile' in from ? [from.dockerfile, ...paths] : []);
  const key = createHash('sha256').update(ids.join('\0')).digest('hex');
  return { key, tar: () => archiveOf(git, commit) };
}

/** An image may be removed between the look for it and its start, by hand or by another process: then it is made anew. */
export async function onceMoreIfGone<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, 'image_unavailable')) throw error;
    return await work();
  }
}
