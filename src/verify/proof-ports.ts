import type { Changes } from '../core/changes.ts';
import type { Package } from '../core/packages.ts';
import type { TestRun, TestSelection } from '../core/tests.ts';

/** What a proof needs from the rest. */
export interface ProofPorts {
  /** Runs tests in a fresh sandbox that holds the base with these changes, and nothing else. */
  runTests(changes: Changes, selection: TestSelection): Promise<TestRun>;
  /** The base's own results; may still be under way. */
  baseline: Promise<TestRun>;
  /** Texts of the base's files. */
  readBase(paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Paths of the base's files. */
  basePaths(): Promise<readonly string[]>;
  /** The repository's packages, where it has several. */
  packages(): Promise<readonly Package[]>;
  /** Told what is being run, for people. */
  say(line: string): void;
}
