import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../core/trigger.ts';
import { moveAway } from '../workspace/mirror.ts';
import type { DataDirectory } from './data-directory.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Cached } from './plan-eviction.ts';

type RepositoryKey = Pick<Repository, 'host' | 'id'>;

/** The mirror of a repository. */
export interface KeptDirectory extends Cached {
  path: string;
  repository: RepositoryKey;
}

/** Names a repository in one word. */
export function repositoryName({ host, id }: RepositoryKey): string {
  return `${host}/${id}`;
}

/** Where a repository's mirror is. Keyed by ids: names change hands. */
export function mirrorDirectory(dataDirectory: string, { host, id }: RepositoryKey): string {
  return join(dataDirectory, 'mirrors', host.replaceAll(':', '_'), `${id}.git`);
}

/** The mirrors of all repositories in a data directory. */
export async function listKeptDirectories(dataDirectory: string): Promise<KeptDirectory[]> {
  const directory = join(dataDirectory, 'mirrors');
  const kept: KeptDirectory[] = [];
  for (const host of await namesIn(directory)) {
    for (const name of await namesIn(join(directory, host))) {
      const path = join(directory, host, name);
      const measured = await measure(path).catch(() => null); // it may go while it is looked at
      const repository = { host: host.replaceAll('_', ':'), id: Number.parseInt(name, 10) };
      if (measured !== null) kept.push({ path, repository, ...measured });
    }
  }
  return kept;
}

/** The directories in a directory. */
async function namesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Files are measured by what they take on the disk; whoever opens a mirror gives it a new time. */
async function measure(path: string): Promise<Cached> {
  const names = await readdir(path, { recursive: true });
  const files = await Promise.all(names.map((name) => stat(join(path, name)).catch(() => null)));
  const bytes = files.reduce((sum, file) => sum + (file?.blocks ?? 0) * 512, 0);
  return { bytes, usedAt: (await stat(path)).mtime };
}

/** Removes it unless a run of this process uses it: first out of sight, in one step, then bit by bit. */
export async function removeKeptDirectory(
  kept: KeptDirectory,
  { scratch }: DataDirectory,
  live: LiveRuns,
): Promise<boolean> {
  const away = join(scratch, `gone-${kept.path.split('/').slice(-3).join('-')}-${Date.now()}`);
  const isInUse = () => live.uses(repositoryName(kept.repository));
  const isGone = await moveAway(kept.path, away, isInUse);
  if (isGone) await rm(away, { recursive: true, force: true });
  return isGone;
}
