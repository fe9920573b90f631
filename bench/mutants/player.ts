import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../src/adapters.ts';
import { parseIssue } from '../../src/commands/issue-file.ts';
import { newRunId, runOnCommit } from '../../src/commands/local-run.ts';
import type { Config } from '../../src/config.ts';
import { oneAttempt } from '../../src/core/attempts.ts';
import { defaultRunLimits } from '../../src/core/limits.ts';
import type { TestRun } from '../../src/core/tests.ts';
import { parseScript } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { goldScript } from '../../src/eval/gold-script.ts';
import { createHiddenRuns } from '../../src/eval/hidden-run.ts';
import type { Instance } from '../../src/eval/instance.ts';
import type { TestGround } from '../../src/run/test-bench.ts';
import type { LocalRepository } from '../../src/workspace/local-repository.ts';
import { patchBetween } from './trees.ts';

interface Stage {
  repository: LocalRepository;
  instance: Instance;
  engine: Engine;
  config: Config;
  directory: string;
}

const limits = { ...defaultRunLimits, rounds: 0 }; // a script has nothing to add

/** Plays changes through the pipeline, and runs tests on trees beside it. */
export function createPlayer({ repository, instance, engine, config, directory }: Stage) {
  const never = new AbortController().signal;
  const none = Buffer.alloc(0);
  let runs = 0;
  return {
    async play(patch: Buffer) {
      const place = join(directory, `run-${runs++}`);
      const script = parseScript(goldScript([patch]));
      await using model = await startScriptedModel({ script, models: [config.model.name] });
      const { result, ground } = await runOnCommit(
        repository,
        instance.base_commit,
        { text: parseIssue(instance.problem_statement), limits, attempts: oneAttempt, keepSandbox: false },
        {
          run: newRunId('bench'),
          directory: place,
          engine,
          config: { ...config, model: { ...config.model, baseUrl: model.url, apiKey: model.key } },
          print: async () => {},
          say: () => {},
        },
        never,
      );
      await rm(place, { recursive: true, force: true });
      const { outcome, why, verification } = result;
      return { said: { outcome, why }, verification, ground };
    },
    testBase: (ground: TestGround): Promise<TestRun> => createHiddenRuns(ground, none, never)([], 'all'),
    async testTree(ground: TestGround, tree: string, suiteSeconds: number): Promise<TestRun> {
      const patch = await patchBetween(repository.git, instance.base_commit, tree);
      return createHiddenRuns({ ...ground, suiteSeconds }, none, never)([patch], 'all');
    },
  };
}
