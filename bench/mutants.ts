import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../src/adapters.ts';
import { readConfig } from '../src/config.ts';
import type { Verification } from '../src/core/verification.ts';
import { type Instance, readInstances, selectInstances } from '../src/eval/instance.ts';
import { readKnownChange } from '../src/eval/known-change.ts';
import { findRepository } from '../src/eval/repositories.ts';
import { openLocalRepository } from '../src/workspace/local-repository.ts';
import { createMutants, type Mutant, type MutantName } from './mutants/create-mutants.ts';
import { createPlayer } from './mutants/player.ts';
import { applyPatches, patchBetween } from './mutants/trees.ts';
import type { BenchOptions } from './support/options.ts';
import { say } from './support/say.ts';

/** Whether the proof calls a mutant what it is. */
const isCalled: Record<MutantName, (verification: Verification, mutant: Mutant) => boolean> = {
  fix_left_out: ({ red_to_green, tampering }) => red_to_green.length === 0 && tampering.length === 0,
  test_deleted: ({ tampering }, { path }) =>
    tampering.some((found) => found.path === path && /\bdelet/.test(found.what)),
  assertion_loosened: ({ tampering }, { path }) => tampering.some((found) => found.path === path),
  unrelated_broken: ({ newly_red }, { broken }) => newly_red.some((id) => broken.includes(id)),
};

interface Judged {
  instance: string;
  mutant: MutantName | 'true_fix';
  what: string;
  outcome: string;
  why: string;
  called: boolean;
}

/**
 * The true fix of each instance, and four mutants of it, through the pipeline and its proof: the true fix must be
 * proven, and each mutant be unproven for the reason that it is one.
 */
export async function benchMutants(options: BenchOptions): Promise<object> {
  const all = await readInstances(options.need('instances'));
  const instances = selectInstances(all, options.get('only')?.split(',') ?? null);
  const judged: Judged[] = [];
  const notMade: { instance: string; mutant: string; why: string }[] = [];
  const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-mutants-'));
  const config = readConfig();
  const engine = await openEngine(config, say);
  try {
    for (const instance of instances) {
      for await (const one of judgeInstance(instance, findRepository(options.need('repos'), instance.repo))) {
        say(JSON.stringify(one));
        if ('called' in one) judged.push(one);
        else notMade.push(one);
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return summarise(judged, notMade);

  async function* judgeInstance(instance: Instance, directory: string) {
    await using repository = await openLocalRepository(directory, join(scratch, instance.instance_id));
    const { git } = repository;
    const { source, tests } = await readKnownChange(git, instance);
    const id = instance.instance_id;
    const player = createPlayer({ repository, instance, engine, config, directory: join(scratch, id) });
    const fixed = await applyPatches(git, instance.base_commit, [source, tests]);
    const truth = await player.play(await patchBetween(git, instance.base_commit, fixed));
    yield {
      instance: id,
      mutant: 'true_fix',
      what: '',
      ...truth.said,
      called: truth.said.outcome === 'proven',
    } as const;
    const { ground } = truth;
    if (ground === null) return;
    const before = await player.testBase(ground);
    const about = { git, base: instance.base_commit, fixed, tests, before };
    const tryOut = (tree: string, seconds: number) => player.testTree(ground, tree, seconds);
    for await (const mutant of createMutants(about, instance, tryOut)) {
      if ('why' in mutant) yield { instance: id, ...mutant };
      else yield { instance: id, mutant: mutant.mutant, what: mutant.what, ...(await judge(mutant)) };
    }

    async function judge(mutant: Mutant) {
      const { said, verification } = await player.play(
        await patchBetween(git, instance.base_commit, mutant.tree),
      );
      const called =
        said.outcome === 'unproven' && verification !== null && isCalled[mutant.mutant](verification, mutant);
      return { ...said, called };
    }
  }
}

function summarise(judged: readonly Judged[], notMade: readonly object[]): object {
  const counts = Object.entries(Object.groupBy(judged, ({ mutant }) => mutant)).map(([mutant, list]) => [
    mutant,
    { made: list.length, called_so: list.filter(({ called }) => called).length },
  ]);
  return {
    mutants: Object.fromEntries(counts),
    false_alarms: judged.filter(({ mutant, called }) => mutant === 'true_fix' && !called).length,
    missed: judged.filter(({ called }) => !called),
    not_made: notMade,
  };
}
