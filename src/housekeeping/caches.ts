import { type KeptImage, listKeptImages, removeImage, useImage } from '../sandbox/kept-images.ts';
import { type KeptDirectory, listKeptDirectories, removeKeptDirectory } from './kept-files.ts';
import { planEviction } from './plan-eviction.ts';
import type { Housekeeping } from './ports.ts';

type Caches = Pick<Housekeeping, 'data' | 'live' | 'store' | 'engine' | 'cache' | 'log'>;

/** Images, mirrors and baselines that were not used for long, or are more than may be kept: the oldest use goes first. */
export async function evictUnused(caches: Caches, now: Date): Promise<void> {
  const limits = { days: caches.cache.days, bytes: caches.cache.gigabytes * 1e9 };
  await removeAll(planEviction(await listAll(caches), limits, now), caches, 'removed what was not used');
}

const hourMs = 3_600_000;

/**
 * What is kept for repositories of which the database knows no run: they were uninstalled. Of images only those of this
 * data directory: others may have another database. Younger than an hour it may be of a run that is about to be known.
 */
export async function removeUnknown(caches: Caches, now: Date): Promise<void> {
  const { store, data } = caches;
  const unknown: Kept[] = [];
  for (const kept of await listAll(caches)) {
    const repository = repositoryOf(kept, data.owner.directory);
    if (repository === null || now.getTime() - kept.usedAt.getTime() < hourMs) continue;
    if (!(await store.isKnown(repository))) unknown.push(kept);
  }
  await removeAll(unknown, caches, 'removed what was kept for repositories that are gone');
}

type Kept = KeptDirectory | KeptImage;

async function listAll({ data, engine }: Caches): Promise<Kept[]> {
  const directories = await listKeptDirectories(data.path);
  if (engine === null) return directories;
  await useImage(engine.docker, engine.image);
  return [...directories, ...(await listKeptImages(engine.docker))];
}

function repositoryOf(kept: Kept, directory: string): { host: string; id: number } | null {
  if ('path' in kept) return kept.repository;
  if (kept.directory !== directory || kept.repository === null) return null;
  const slash = kept.repository.lastIndexOf('/');
  return { host: kept.repository.slice(0, slash), id: Number(kept.repository.slice(slash + 1)) };
}

async function removeAll(removed: readonly Kept[], caches: Caches, message: string): Promise<void> {
  for (const kept of removed) {
    if (!(await removeOne(kept, caches))) continue;
    const what = 'path' in kept ? kept.path : kept.id;
    caches.log.info({ what, megabytes: Math.round(kept.bytes / 1e6), usedAt: kept.usedAt }, message);
  }
}

async function removeOne(kept: Kept, { data, live, engine }: Caches): Promise<boolean> {
  if ('path' in kept) return removeKeptDirectory(kept, data, live);
  return engine !== null && (await removeImage(engine.docker, kept));
}
