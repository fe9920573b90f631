import { type Changes, pick } from '../../core/changes.ts';
import { OperationalError } from '../../core/errors.ts';
import type { CheckResult } from '../../core/verification.ts';
import { newComplaints } from '../../environment/checks/complaints.ts';
import { type Check, findChecks } from '../../environment/checks/find-checks.ts';
import { runChecks } from '../../environment/checks/run-checks.ts';
import type { RepositoryFiles } from '../../environment/repository-files.ts';
import { openWithChanges, type TestGround } from '../test-bench.ts';

/** For all checks of one tree together. */
const seconds = 60;
const shownComplaints = 20;

/**
 * Runs the repository's own checks, as far as they are installed, on the files that a change touches, and tells what
 * they complain of that they did not before. Never rejects for what a sandbox does: nothing hangs on it.
 */
export async function checkChange(
  ground: TestGround,
  files: RepositoryFiles,
  changes: Changes,
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const checks = await findChecks(files);
  const paths = [...pick(changes, (path) => changes.get(path)?.kind === 'file').keys()];
  if (!checks.some((check) => paths.some((path) => check.files.test(path)))) return [];
  try {
    const after = await runOn(ground, changes, { checks, paths }, signal);
    const complaining = [...after]
      .filter(([, found]) => found !== null && found.length > 0)
      .map(([check]) => check);
    const known = new Set(await files.paths());
    const before =
      complaining.length === 0
        ? new Map<Check, string[] | null>()
        : await runOn(
            ground,
            new Map(),
            { checks: complaining, paths: paths.filter((path) => known.has(path)) },
            signal,
          );
    return [...after].flatMap(([check, found]): CheckResult[] => {
      const former = before.get(check);
      if (found === null || former === null) return []; // nothing to compare
      return [{ name: check.name, complaints: newComplaints(found, former ?? []).slice(0, shownComplaints) }];
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OperationalError) return [];
    throw error;
  }
}

async function runOn(
  ground: TestGround,
  changes: Changes,
  { checks, paths }: { checks: readonly Check[]; paths: readonly string[] },
  signal: AbortSignal,
): Promise<Map<Check, string[] | null>> {
  await using sandbox = await openWithChanges(ground, changes);
  return await runChecks(sandbox, ground.environment.plan, checks, { paths, seconds, signal });
}
