import type { ErrorCode } from '../core/errors.ts';
import type { Check } from './health.ts';

/** Why runs wait for the model, as they found it. */
export interface Trouble {
  code: ErrorCode;
  why: string;
  /** ISO 8601. */
  since: string;
}

/** The trouble that all runs wait for, in its own words: those say what to do. */
export function checkModel(trouble: () => Promise<Trouble | null>): Check {
  return {
    late: 'The database did not say whether the model answers.',
    async look() {
      const found = await trouble();
      return found === null ? null : `Runs wait since ${found.since}: ${found.why}`;
    },
  };
}
