/** What to do about a failed installation. */
export interface Remedy {
  /** What to run in place of the command that failed. */
  command: string;
  note: string;
  leftOut?: { name: string; why: string };
}
