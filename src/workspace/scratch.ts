import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitDirectory } from './git.ts';

/** A directory for a moment, within the git directory: what a crash leaves of it is found there. The caller removes it. */
export function makeScratch(directory: GitDirectory): Promise<string> {
  return mkdtemp(join(directory.path, 'scratch-'));
}

/** Ours, and what git writes before it gives it its name: packs, objects and locks, which would stop the next fetch. */
const leftover = /^scratch-[^/]+$|(^|\/)tmp_[^/]+$|^objects\/pack\/[^/]+\.keep$|\.lock$/;

/**
 * Removes what processes that died left in a git directory, as far as nothing touched it since `before`: a time at which
 * no process that is alive now was at work in it. Returns the paths.
 */
export async function removeLeftovers(directory: string, before: Date): Promise<string[]> {
  const paths = await readdir(directory, { recursive: true }).catch(() => []);
  const candidates = paths.filter((path) => leftover.test(path));
  const removed = await Promise.all(candidates.map((path) => removeOlder(join(directory, path), before)));
  return candidates.filter((_, index) => removed[index]);
}

async function removeOlder(path: string, before: Date): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  if (found === null || found.mtime >= before) return false;
  await rm(path, { recursive: true, force: true });
  return true;
}
