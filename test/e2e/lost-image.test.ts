import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createModels, createSandboxes } from '../../src/adapters.ts';
import { readConfig } from '../../src/config.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { defaultRunLimits } from '../../src/core/limits.ts';
import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { modelProfile } from '../../src/model/prices.ts';
import { runPipeline } from '../../src/run/pipeline.ts';
import { createBaselineStore } from '../../src/run/prepare/baseline-store.ts';
import type { Sandboxes } from '../../src/run/sandboxes.ts';
import { openLocalRepository } from '../../src/workspace/local-repository.ts';
import { commandsScript, write } from '../support/fix.ts';
import { testEngine } from '../support/sandbox.ts';
import { createSums, fixedTotal, newTest, sumsFiles } from '../support/sums.ts';

it('an environment that is removed after it was found is installed once more', async () => {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-lost-image-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const source = opened.use(await createSums());
  const repository = opened.use(await openLocalRepository(source.directory, directory));
  const script = commandsScript([
    write('lib/total.js', fixedTotal),
    write('test/total.test.js', sumsFiles['test/total.test.js'] + newTest),
  ]);
  const engine = await testEngine();
  const made = new Set<string>();
  opened.defer(async () => {
    for (const image of made)
      await engine.docker
        .getImage(image)
        .remove({ force: true })
        .catch(() => {});
  });

  /** One run on the repository: its outcome, and for each time an environment was ready whether it was found. */
  async function run(id: string, change: (sandboxes: Sandboxes) => Sandboxes) {
    await using model = await startScriptedModel({ script: parseScript(script) });
    const config = {
      ...readConfig({}),
      model: { ...readConfig({}).model, apiKey: model.key, baseUrl: model.url },
    };
    const found: boolean[] = [];
    const emit = async (...events: RunEvent[]) => {
      const event = events.find(({ type }) => type === 'environment_ready');
      if (event?.type !== 'environment_ready') return;
      found.push(event.cached);
      made.add(event.image);
    };
    const { outcome } = await runPipeline(
      {
        run: id,
        title: 'Wrong sum',
        commit: source.base,
        resume: null,
        open: async () => ({
          git: repository.git,
          text: { title: 'Wrong sum', body: '' },
          organisation: { locked: [] },
        }),
        repository: repository.identity,
        model: config.model.name,
        limits: defaultRunLimits,
        attempts: {},
      },
      {
        sandboxes: change(createSandboxes(engine, config, { run: id, keepAgent: false })),
        baselines: createBaselineStore(join(directory, 'baselines'), directory),
        model: createModels(config, emit),
        modelProfile: (name) => modelProfile(name),
        emit,
        say() {},
        now: () => performance.now(),
      },
      new AbortController().signal,
    );
    return { outcome, found };
  }

  const asIs = (sandboxes: Sandboxes) => sandboxes;
  expect(await run(`first-${process.pid}`, asIs)).toEqual({ outcome: 'proven', found: [false] });
  const removing = (sandboxes: Sandboxes): Sandboxes => ({
    ...sandboxes,
    async findEnvironments(key) {
      const environments = await sandboxes.findEnvironments(key);
      for (const { image } of environments) await engine.docker.getImage(image).remove({ force: true });
      return environments;
    },
  });
  expect(await run(`second-${process.pid}`, removing)).toEqual({ outcome: 'proven', found: [true, false] });
});
