import type { TestResult, TestRun } from '../core/tests.ts';
import type { Database } from './database.ts';

/** Results of untouched base commits, for all workers: a whole test run each. */
export interface BaselineRows {
  read(key: string): Promise<TestRun | null>;
  write(key: string, repository: string, run: TestRun): Promise<void>;
}

type Stored = Omit<TestRun, 'tests'> & { tests: TestResult[] };

export function baselineRows(database: Database): BaselineRows {
  return {
    async read(key) {
      const [row] = await database.query<{ run: Stored }>(
        'UPDATE ai_fix.baselines SET used_at = now() WHERE key = $1 RETURNING run',
        [key],
      );
      if (row === undefined) return null;
      const { tests, ...run } = row.run;
      return { ...run, tests: new Map(tests.map((test) => [test.id, test])) };
    },
    async write(key, repository, run) {
      const stored: Stored = { ...run, tests: [...run.tests.values()] };
      await database.query(
        'INSERT INTO ai_fix.baselines (key, repository, run) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [key, repository, JSON.stringify(stored)],
      );
    },
  };
}
