import type { PackageManager } from '../../core/environment.ts';

/** What to do about a failed installation. */
export interface Remedy {
  /** What to run in place of the command that failed. */
  command: string;
  note: string;
  /** What root must run first, for which the installation begins anew. */
  setup?: string[];
  leftOut?: { name: string; why: string };
}

/** Yarn from version 2 on, which has other options and numbers its messages. */
export type Dialect = PackageManager | 'berry';

/** A known reason for a failed installation and what to do about it. */
export interface Rule {
  managers: readonly Dialect[];
  /** What the failed command printed. */
  said: RegExp;
  /** Null when the command already has this remedy. */
  next(command: string): string | null;
  note: string;
}
