import type { PackageManager } from '../../core/environment.ts';

/** A command of an installation that failed. */
export interface Failure {
  command: string;
  /** What it printed. */
  said: string;
  /** Whose words those are. */
  manager: PackageManager;
  /** What root has set the system up with. */
  setup: readonly string[];
}

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
type Dialect = PackageManager | 'berry';

/** A known reason for a failed installation and what to do about it. */
export interface Rule {
  managers: readonly Dialect[];
  /** What the failed command printed. */
  said: RegExp;
  /** Null when the command already has this remedy. */
  next(command: string): string | null;
  note: string;
}

/** The remedy of the first rule that is about this failure and has not been tried. */
export function firstThatApplies(rules: readonly Rule[], { command, said, manager }: Failure): Remedy | null {
  const dialect = manager === 'yarn' && /\bYN\d{4}\b/.test(said) ? 'berry' : manager;
  for (const rule of rules) {
    if (!rule.managers.includes(dialect) || !rule.said.test(said)) continue;
    const next = rule.next(command);
    if (next !== null) return { command: next, note: rule.note };
  }
  return null;
}
