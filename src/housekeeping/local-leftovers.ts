import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const dayMs = 24 * 3_600_000;

/** Scratch of `ai-fix fix`, in the directories of its runs: gone a day after the run, which had an hour or two. */
export async function removeLocalLeftovers(dataDirectory: string, now: Date): Promise<void> {
  const runs = join(dataDirectory, 'fix');
  for (const run of await readdir(runs).catch(() => [])) {
    const names = await readdir(join(runs, run)).catch(() => []);
    for (const name of names.filter((name) => /^(git|base|baseline)-/.test(name))) {
      const path = join(runs, run, name);
      const found = await stat(path).catch(() => null);
      if (found !== null && now.getTime() - found.mtimeMs > dayMs)
        await rm(path, { recursive: true, force: true });
    }
  }
}
