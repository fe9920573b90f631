import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../core/trigger.ts';
import { moveAway } from '../workspace/mirror.ts';
import type { DataDirectory } from './data-directory.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Cached } from './plan-eviction.ts';

type RepositoryKey = Pick<Repository, 'host' | 'id'>;

/** A mirror, or one repository's baselines. */
export interface KeptDirectory extends Cached {
  path: string;
  repository: RepositoryKey;
}

const kinds = ['mirrors', 'baselines'] as const;

/** Names a repository in one word. */
export function nameOf({ host, id }: RepositoryKey): string {
  return `${host}/${id}`;
}

/** Where a repository's mirror is. Keyed by ids: names change hands. */
export function mirrorDirectory(dataDirectory: string, { host, id }: RepositoryKey): string {
  return join(dataDirectory, 'mirrors', host.replaceAll(':', '_'), `${id}.git`);
}

/** Where a repository's baselines are. */
export function baselineDirectory(dataDirectory: string, { host, id }: RepositoryKey): string {
  return join(dataDirectory, 'baselines', host.replaceAll(':', '_'), String(id));
}

/** Mirrors and baselines of all repositories in a data directory. */
export async function listKeptDirectories(dataDirectory: string): Promise<KeptDirectory[]> {
  const found = await Promise.all(kinds.map((kind) => listKind(join(dataDirectory, kind))));
  return found.flat();
}

async function listKind(directory: string): Promise<KeptDirectory[]> {
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

/** Files are measured by what they take on the disk. A baseline that is read tells so by its own time. */
async function measure(path: string): Promise<Cached> {
  const paths = await readdir(path, { recursive: true });
  const [top, ...files] = await Promise.all(
    ['', ...paths].map((name) => stat(join(path, name)).catch(() => null)),
  );
  if (!top) throw new Error(`${path} is gone`);
  const bytes = files.reduce((sum, file) => sum + (file?.blocks ?? 0) * 512, 0);
  const isMirror = path.endsWith('.git');
  const times = isMirror ? [] : files.map((file) => file?.mtimeMs ?? 0);
  return { bytes, usedAt: new Date(Math.max(top.mtimeMs, ...times)) };
}

/** Removes it unless a run of this process uses it: first out of sight, in one step, then bit by bit. */
export async function removeKeptDirectory(
  kept: KeptDirectory,
  { scratch }: DataDirectory,
  live: LiveRuns,
): Promise<boolean> {
  const away = join(scratch, `gone-${kept.path.split('/').slice(-3).join('-')}-${Date.now()}`);
  const isInUse = () => live.uses(nameOf(kept.repository));
  const isGone = await moveAway(kept.path, away, isInUse);
  if (isGone) await rm(away, { recursive: true, force: true });
  return isGone;
}
