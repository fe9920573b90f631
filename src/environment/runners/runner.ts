import { stripVTControlCharacters } from 'node:util';
import type { RunnerName, TestCommand } from '../../core/environment.ts';
import type { TestResult } from '../../core/tests.ts';
import { quoteWord } from '../../text/quote-word.ts';
import type { Word } from '../shell-words.ts';

/** What ai-fix knows of one test runner: how scripts call it, how to make it report, how to read the report. */
export interface TestRunner {
  name: RunnerName;
  /** The program's names on a command line. */
  programs: readonly string[];
  /** Splits the arguments that a script gives it; options for reporting, coverage and watching are left out. */
  split(words: readonly Word[]): { options: string[]; targets: string[] };
  /**
   * A shell script that runs the tests and writes a machine-readable report to the file $AI_FIX_REPORT.
   * `files` narrows the run to these test files, relative to the command's directory.
   */
  script(command: TestCommand, files: readonly string[] | null): string;
  /** Reads that report. `root` is the work tree's path in the sandbox. Throws when it is none. */
  parse(report: string, root: string): TestResult[];
  /** Exit codes of a run that was broken off, whatever it reported before. */
  brokenOff?: readonly number[];
  /** Reads from that report why not all tests were run, such as a part that could not be compiled; null when all were. */
  problem?(report: string, root: string): string | null;
}

/** A command's options and what it is to run: these files, else what it names by itself. Words for a shell. */
export function argumentsFor({ options, targets }: TestCommand, files: readonly string[] | null): string[] {
  return [...options, ...(files === null ? targets : files.map(quoteWord))];
}

/** A result with what the test failed with, where it is told, short enough to act on. */
export function withMessage(result: TestResult, message: string | null | undefined): TestResult {
  return message === null || message === undefined ? result : { ...result, message: shorten(message) };
}

/** The path as the repository names it, or unchanged when it lies elsewhere. */
export function relativeTo(root: string, path: string): string {
  const plain = path.startsWith('file://') ? decodeURIComponent(path.slice('file://'.length)) : path;
  return plain.startsWith(`${root}/`) ? plain.slice(root.length + 1) : plain;
}

/** Enough of a failure to act on, without colours; whole output is in the run's own. */
export function shorten(message: string): string {
  const plain = stripVTControlCharacters(message);
  return plain.length <= 2000 ? plain : `${plain.slice(0, 2000)} [...]`;
}

/** Parses JSON lines, skipping what is not one: a killed run leaves half a line. */
export function* jsonLines(report: string): Generator<Record<string, unknown>> {
  for (const line of report.split('\n')) {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null) yield value as Record<string, unknown>;
    } catch {
      // not a line of ours
    }
  }
}
