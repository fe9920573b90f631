import type { Changes } from '../core/changes.ts';
import { type TestRun, withPart } from '../core/tests.ts';
import { nearTests, packageTests } from '../text/near-tests.ts';
import type { NearTests, ProofRuns } from './classify.ts';
import type { ProofPorts } from './proof-ports.ts';

type Known = Pick<ProofRuns, 'patched' | 'baseline' | 'near'>;

/**
 * The suite with the patch, and the base's own results. Of one that is too long, what is near the change is run alone, on
 * both trees. Where that is known beforehand and the repository has packages, those that the change touches and what
 * depends on them stand for the whole suite.
 */
export async function runSuite(changes: Changes, ports: ProofPorts): Promise<Known> {
  const changed = [...changes.keys()];
  const before = await ports.basePaths();
  const paths = [...new Set([...before, ...changed])];
  const early = await Promise.race([ports.baseline, Promise.resolve(null)]);
  const ofPackages =
    early?.cutShort === true ? packageTests(changed, await ports.packages(), paths) : ([] as string[]);
  const runOnBoth = runnerOnBoth(changes, before, ports);
  const isNarrowed = runOnBoth(ofPackages) !== null;
  if (!isNarrowed) ports.say('running the tests with the patch');
  const whole = isNarrowed ? notBegun : await ports.runTests(changes, 'all');
  const baseline = await ports.baseline;
  if (!baseline.cutShort) return { patched: whole, baseline, near: null };

  const near = nearTests(changed, paths);
  const nearest = runOnBoth(near) === null ? ofPackages : near;
  ports.say('the suite is too long to run whole: running the tests near the change');
  const part = await runOnBoth(nearest)?.();
  const others = ofPackages.filter((path) => !nearest.includes(path));
  const more = await runOnBoth(others)?.();
  const known = [more, part].reduce<{ patched: TestRun; baseline: TestRun }>(
    (runs, both) => (both === undefined ? runs : join(runs, both)),
    { patched: whole, baseline: isNarrowed ? only(ofPackages, baseline) : baseline },
  );
  const isReached = part !== undefined && isWhole(part.baseline) && isWhole(part.patched);
  return { ...known, near: isReached ? reached(nearest, baseline) : null };
}

/** What a baseline says of some files: the others are not asked about, and are not missed one by one. */
function only(files: readonly string[], baseline: TestRun): TestRun {
  const wanted = new Set<string | null>(files);
  return { ...baseline, tests: new Map([...baseline.tests].filter(([, { file }]) => wanted.has(file))) };
}

/** Stands for the whole suite where it was not begun. */
const notBegun: TestRun = {
  tests: new Map(),
  seconds: 0,
  problem: 'the suite is too long: tests of the packages that the change touches were run',
  cutShort: true,
  output: '',
};

type Both = Pick<Known, 'patched' | 'baseline'>;

/** How to run some files on both trees, as far as each has them; null where one has none of them. */
function runnerOnBoth(changes: Changes, before: readonly string[], ports: ProofPorts) {
  const base = new Set(before);
  return (files: readonly string[]): (() => Promise<Both>) | null => {
    const former = files.filter((path) => base.has(path));
    const now = files.filter((path) => changes.get(path)?.kind !== 'deleted');
    if (former.length === 0 || now.length === 0) return null;
    return async () => ({
      baseline: await ports.runTests(new Map(), { files: former }),
      patched: await ports.runTests(changes, { files: now }),
    });
  };
}

function join(whole: Both, part: Both): Both {
  return {
    baseline: withPart(whole.baseline, part.baseline),
    patched: withPart(whole.patched, part.patched),
  };
}

function isWhole(run: TestRun): boolean {
  return run.tests.size > 0 && !run.cutShort;
}

function reached(files: readonly string[], { problem }: TestRun): NearTests {
  return { files: new Set(files), why: problem ?? 'it was not reached' };
}
