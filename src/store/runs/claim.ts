import { OperationalError } from '../../core/errors.ts';

/** A worker's claim of a run: only the latest one's token can write. */
export interface Claim {
  run: string;
  token: number;
}

/** Of a claim that is no longer the run's latest. */
export function lost(run: string): OperationalError {
  return new OperationalError(
    'run_lost',
    `Run ${run} is no longer this worker's: another worker took it over, or it has ended. Nothing more is written.`,
  );
}
