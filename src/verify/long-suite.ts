import type { Changes } from '../core/changes.ts';
import { type TestRun, withPart } from '../core/tests.ts';
import { nearTests } from '../text/near-tests.ts';
import type { Near, ProofRuns } from './classify.ts';
import type { ProofPorts } from './proof-ports.ts';

type Known = Pick<ProofRuns, 'patched' | 'baseline' | 'near'>;

/** The suite with the patch, and the base's own results. Of one that is too long, what is near the change is run alone. */
export async function runSuite(changes: Changes, ports: ProofPorts): Promise<Known> {
  ports.say('running the tests with the patch');
  const patched = await ports.runTests(changes, 'all');
  const baseline = await ports.baseline;
  if (!baseline.cutShort) return { patched, baseline, near: null };
  const changed = [...changes.keys()];
  const before = new Set(await ports.basePaths());
  const after = [...before, ...changed].filter((path) => changes.get(path)?.kind !== 'deleted');
  const near = nearTests(changed, [...before, ...changed]);
  const files = (of: Iterable<string>) => near.filter((path) => new Set(of).has(path));
  if (files(before).length === 0 || files(after).length === 0) return { patched, baseline, near: null };
  ports.say('the suite is too long to run whole: running the tests near the change');
  const formerPart = await ports.runTests(new Map(), { files: files(before) });
  const part = await ports.runTests(changes, { files: files(after) });
  const known = { patched: withPart(patched, part), baseline: withPart(baseline, formerPart) };
  return { ...known, near: isWhole(formerPart) && isWhole(part) ? reached(near, baseline) : null };
}

function isWhole(run: TestRun): boolean {
  return run.tests.size > 0 && !run.cutShort;
}

function reached(files: readonly string[], { problem }: TestRun): Near {
  return { files: new Set(files), why: problem ?? 'it was not reached' };
}
