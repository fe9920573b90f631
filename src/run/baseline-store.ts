import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestResult, TestRun } from '../core/tests.ts';
import type { BaselineStore } from './ports.ts';

/** Baselines as files of one directory. A file that cannot be read counts as absent. */
export function createBaselineStore(directory: string): BaselineStore {
  const pathOf = (key: string) => join(directory, `${key}.json`);
  return {
    async read(key) {
      try {
        const { tests, ...run } = JSON.parse(await readFile(pathOf(key), 'utf8')) as Stored;
        return { ...run, tests: new Map(tests.map((test) => [test.id, test])) };
      } catch {
        return null;
      }
    },
    async write(key, run) {
      await mkdir(directory, { recursive: true });
      const stored: Stored = { ...run, tests: [...run.tests.values()] };
      const unfinished = `${pathOf(key)}.${process.pid}`;
      await writeFile(unfinished, JSON.stringify(stored));
      await rename(unfinished, pathOf(key));
    },
  };
}

type Stored = Omit<TestRun, 'tests'> & { tests: TestResult[] };
