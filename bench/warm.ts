import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../src/adapters.ts';
import { readConfig } from '../src/config.ts';
import { findRepository } from '../src/eval/repositories.ts';
import { createBaselineStore } from '../src/run/prepare/baseline-store.ts';
import type { BenchOptions } from './support/options.ts';
import { say } from './support/say.ts';
import { cloneAndInstall } from './warm/clone-and-install.ts';
import { type FirstRequest, round, takeToFirstRequest } from './warm/first-request.ts';

const commitsBehind = 20;

/**
 * How long a run takes from its job to the first byte of its first request: with an environment that was made some
 * commits earlier, without one, and what a whole clone and an installation take instead.
 */
export async function benchWarm(options: BenchOptions): Promise<object> {
  const repository = findRepository(options.need('repos'), options.get('only') ?? 'sympy/sympy');
  const runs = Number(options.get('runs') ?? 5);
  const config = readConfig();
  const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-warm-'));
  const engine = await openEngine(config, say, scratch);
  const identity = `bench-warm-${randomBytes(6).toString('hex')}`;
  const baselines = createBaselineStore(join(scratch, 'baselines'), scratch);
  const place = { engine, config, repository, identity, baselines, scratch };
  const cold = await takeToFirstRequest(place, `HEAD~${commitsBehind}`);
  try {
    say(`cold: ${JSON.stringify(cold)}`);
    const warm: FirstRequest[] = [];
    for (let run = 0; run < runs; run++) {
      const one = await takeToFirstRequest(place, 'HEAD');
      if (one.image !== cold.image)
        throw new Error('the environment was not used again: its key has changed');
      say(`warm: ${JSON.stringify(one)}`);
      warm.push(one);
    }
    const plain = await cloneAndInstall(place, 'HEAD');
    return {
      cold: { ...cold, seconds: round(cold.seconds) },
      warm: {
        median: median(warm.map(({ seconds }) => seconds)),
        each: warm.map(({ seconds }) => round(seconds)),
        stages: warm.map(({ stages }) => stages),
      },
      clone_and_install: plain,
    };
  } finally {
    if (cold.image !== null) await engine.docker.getImage(cold.image).remove({ force: true });
    await rm(scratch, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}
