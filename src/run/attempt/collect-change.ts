import { rm } from 'node:fs/promises';
import { type Changes, pick } from '../../core/changes.ts';
import type { Environment } from '../../core/environment.ts';
import { exportChanges } from '../../workspace/export.ts';
import { defaultChangeLimits, findViolations, type Violation } from '../../workspace/path-policy.ts';
import { makeScratch } from '../../workspace/scratch.ts';
import { countLines, type LineCount, printPatch, writeBlobs, writeTree } from '../../workspace/tree.ts';
import type { RunSandbox } from '../sandboxes.ts';
import type { Base } from '../test-bench.ts';

export interface CollectedChange {
  changes: Changes;
  tree: string;
  patch: string;
  lines: LineCount[];
  /** Why it may not be published; empty when it may. */
  violations: Violation[];
}

/** Stops everything in the agent's sandbox and takes out what it changed. Null when nothing differs from the base. */
export async function collectChange(
  sandbox: RunSandbox,
  environment: Environment,
  base: Base,
  protectedPaths: readonly string[],
): Promise<CollectedChange | null> {
  sandbox.killEverything();
  const exported = await withoutToolMade(await exportChanges(sandbox), environment, base);
  if (exported.size === 0) return null;
  const tree = await writeTree(base.git, base.commit, exported);
  const patch = await printPatch(base.git, base.commit, exported, tree);
  if (patch === '') return null;
  const lines = await countLines(base.git, base.commit, tree);
  // GitHub refuses to delete what is not in the base, such as a file that was staged and removed again
  const differing = new Set(lines.map(({ path }) => path));
  const changes = pick(exported, (path) => differing.has(path));
  const violations = findViolations({ changes, lines, patch }, defaultChangeLimits, protectedPaths);
  return { changes, tree, patch, lines, violations };
}

/** Leaves out files that hold just what the installation's own tools write into them. */
async function withoutToolMade(changes: Changes, environment: Environment, base: Base): Promise<Changes> {
  const suspects = [...changes.keys()].filter((path) => path in environment.toolMade);
  if (suspects.length === 0) return changes;
  const scratch = await makeScratch(base.git);
  try {
    const ids = await writeBlobs(base.git, changes, scratch);
    return new Map([...changes].filter(([path]) => environment.toolMade[path] !== ids.get(path)));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
