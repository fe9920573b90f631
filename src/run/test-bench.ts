import type { Changes } from '../core/changes.ts';
import type { Environment } from '../core/environment.ts';
import type { TestRun, TestSelection } from '../core/tests.ts';
import { runTests } from '../environment/run/run-tests.ts';
import { applyChanges } from '../workspace/apply.ts';
import type { GitDirectory } from '../workspace/git.ts';
import { advance } from '../workspace/history.ts';
import { writeTree } from '../workspace/tree.ts';
import type { RunSandbox, Sandboxes } from './sandboxes.ts';

export interface Base {
  git: GitDirectory;
  commit: string;
}

/** Where tests run: the environment of a base commit, and the time that one run of the suite may take. */
export interface TestGround {
  sandboxes: Sandboxes;
  environment: Environment;
  base: Base;
  suiteSeconds: number;
}

/** Runs tests on the base with some changes: each run in a sandbox of its own that holds exactly that tree. */
export function createTestBench(ground: TestGround, signal: AbortSignal) {
  const { environment, suiteSeconds } = ground;
  return async (changes: Changes, selection: TestSelection): Promise<TestRun> => {
    signal.throwIfAborted();
    await using sandbox = await openWithChanges(ground, changes);
    const options = { selection, timeoutSeconds: suiteSeconds, signal };
    return await runTests(sandbox, environment.plan, options); // awaited here: the sandbox goes when this returns
  };
}

/** A sandbox of its own that holds the base with some changes: exactly that tree. */
export async function openWithChanges(
  { sandboxes, environment, base }: TestGround,
  changes: Changes,
): Promise<RunSandbox> {
  const tree = await writeTree(base.git, base.commit, changes);
  await using opened = new AsyncDisposableStack();
  const sandbox = opened.use(await sandboxes.open(environment, 'verify'));
  await advance(sandbox, base.git, environment.base, base.commit);
  await applyChanges(sandbox, changes, tree);
  opened.move();
  return sandbox;
}
