import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packTestRun, unpackTestRun } from '../../core/tests.ts';
import type { BaselineStore } from './baseline-memory.ts';

/**
 * Baselines as files of one directory. A file that cannot be read counts as absent; its time says when it was last used.
 * They are written in `scratch`, on the same disk, so that a crash leaves no half ones among them.
 */
export function createBaselineStore(directory: string, scratch: string): BaselineStore {
  const pathOf = (key: string) => join(directory, `${key}.json`);
  return {
    async read(key) {
      try {
        const run = unpackTestRun(JSON.parse(await readFile(pathOf(key), 'utf8')));
        await utimes(pathOf(key), new Date(), new Date());
        return run;
      } catch {
        return null;
      }
    },
    async write(key, run) {
      for (const needed of [directory, scratch]) await mkdir(needed, { recursive: true });
      const unfinished = join(scratch, `baseline-${randomUUID()}`);
      await writeFile(unfinished, JSON.stringify(packTestRun(run)));
      await rename(unfinished, pathOf(key));
    },
  };
}
