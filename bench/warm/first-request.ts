import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createModels, createSandboxes, type Engine } from '../../src/adapters.ts';
import type { Config } from '../../src/config.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { defaultRunLimits } from '../../src/core/limits.ts';
import { modelProfile } from '../../src/model/prices.ts';
import { runPipeline } from '../../src/run/pipeline.ts';
import type { BaselineStore } from '../../src/run/prepare/baseline-memory.ts';
import { openLocalRepository } from '../../src/workspace/local-repository.ts';

export interface Place {
  engine: Engine;
  config: Config;
  /** Directory of the repository. */
  repository: string;
  /** Names the repository in cache keys. */
  identity: string;
  baselines: BaselineStore;
  scratch: string;
}

export interface FirstRequest {
  /** From the job to the first byte of a request at the model. */
  seconds: number;
  stages: Record<string, number>;
  image: string | null;
}

const text = {
  title: 'simplify gives a wrong result',
  body: 'See `simplify(x**2)` in sympy/simplify/simplify.py.',
};

/** Takes a job as a worker does, and ends it when its first request is at the model. */
export async function takeToFirstRequest(place: Place, revision: string): Promise<FirstRequest> {
  const { engine, config, identity, baselines } = place;
  const stopper = new AbortController();
  let arrived = Number.NaN;
  const model = createServer();
  model.on('connection', (socket) => {
    socket.once('data', () => {
      arrived = performance.now();
      stopper.abort();
    });
  });
  await once(model.listen(0, '127.0.0.1'), 'listening');
  const { port } = model.address() as AddressInfo;
  const events: RunEvent[] = [];
  const emit = async (...given: RunEvent[]) => {
    events.push(...given);
  };
  const began = performance.now();
  await using repository = await openLocalRepository(place.repository, place.scratch);
  const asked = {
    ...config,
    model: { ...config.model, apiKey: 'none', baseUrl: `http://127.0.0.1:${port}` },
  };
  const result = await runPipeline(
    {
      run: 'bench-warm',
      title: text.title,
      commit: await repository.resolve(revision),
      resume: null,
      open: async () => ({ git: repository.git, text, organisation: { locked: [] } }),
      repository: identity,
      model: config.model.name,
      limits: defaultRunLimits,
      attempts: {},
    },
    {
      sandboxes: createSandboxes(engine, config, { run: 'bench-warm', keepAgent: false }),
      baselines,
      model: createModels(asked, emit),
      modelProfile: (name) => modelProfile(name),
      emit,
      say: () => {},
      now: () => performance.now(),
    },
    stopper.signal,
  );
  model.closeAllConnections();
  model.close();
  if (Number.isNaN(arrived)) throw new Error(`no request came: ${result.why}`);
  return {
    seconds: (arrived - began) / 1000,
    stages: Object.fromEntries(result.stages.map(({ name, seconds }) => [name, round(seconds)])),
    image: events.find((event) => event.type === 'environment_ready')?.image ?? null,
  };
}

export function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
