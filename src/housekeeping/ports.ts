import type { Engine } from '../adapters.ts';
import type { Repository } from '../core/trigger.ts';
import type { DataDirectory } from './data-directory.ts';
import type { LiveRuns } from './live-runs.ts';

/** What the housekeeping looks after, and by what rules. */
export interface Housekeeping {
  data: DataDirectory;
  live: LiveRuns;
  store: {
    /** Deletes what runs that ended, and deliveries, left long ago. How much. */
    deleteOld(days: number): Promise<number>;
    /** Deletes what is stored of installations and repositories that were taken away. How many runs and deliveries. */
    forgetRemoved(): Promise<number>;
    isKnown(repository: Pick<Repository, 'host' | 'id'>): Promise<boolean>;
  };
  /** Null in a process that takes no runs. */
  engine: Engine | null;
  cache: { days: number; gigabytes: number };
  retentionDays: number;
  log: { info(facts: object, message: string): void };
  onError(error: unknown): void;
}
