import { type PackedTestRun, packTestRun, type TestRun, unpackTestRun } from '../core/tests.ts';
import type { Database } from './database/database.ts';

/** Results of untouched base commits, for all workers: a whole test run each. */
export interface BaselineRows {
  read(key: string): Promise<TestRun | null>;
  write(key: string, repository: string, run: TestRun): Promise<void>;
}

export function baselineRows(database: Database): BaselineRows {
  return {
    async read(key) {
      const [row] = await database.query<{ run: PackedTestRun }>(
        'UPDATE ai_fix.baselines SET used_at = now() WHERE key = $1 RETURNING run',
        [key],
      );
      return row === undefined ? null : unpackTestRun(row.run);
    },
    async write(key, repository, run) {
      await database.query(
        'INSERT INTO ai_fix.baselines (key, repository, run) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [key, repository, JSON.stringify(packTestRun(run))],
      );
    },
  };
}
