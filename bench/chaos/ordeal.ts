import type { Tally } from '../support/tally.ts';

/** What became of all runs while something around the App was gone. */
export interface Ordeal extends Tally {
  /** How often the App's process ended and was started again. */
  deaths: number;
  residue: string[];
}
