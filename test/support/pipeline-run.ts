import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandboxes } from '../../src/adapters.ts';
import type { Complete } from '../../src/agent/loop.ts';
import { readConfig } from '../../src/config.ts';
import type { AttemptRules, ModelChoice } from '../../src/core/attempts.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { defaultRunLimits, type RunLimits } from '../../src/core/limits.ts';
import type { Published } from '../../src/core/published.ts';
import type { StoredEvent } from '../../src/core/run-record.ts';
import { modelProfile } from '../../src/model/prices.ts';
import type { CollectedChange } from '../../src/run/attempt/collect-change.ts';
import { runPipeline } from '../../src/run/pipeline.ts';
import { createBaselineStore } from '../../src/run/prepare/baseline-store.ts';
import { resumePointOf } from '../../src/run/resume-point.ts';
import type { End, RunResult } from '../../src/run/task.ts';
import { openLocalRepository } from '../../src/workspace/local-repository.ts';
import { removeEnvironments } from './environments.ts';
import { published } from './report.ts';
import { testEngine } from './sandbox.ts';
import { createSums } from './sums.ts';

/** What was stored of a run, statement by statement: each is there as a whole or not at all. */
export type Statements = readonly StoredEvent[][];

interface PlayOptions {
  model(choice: ModelChoice): Complete;
  attempts?: Partial<AttemptRules>;
  limits?: Partial<RunLimits>;
  /** What an earlier worker left. */
  left?: Statements;
  /** Milliseconds of any clock. */
  now?: () => number;
}

export interface Played {
  result: RunResult;
  /** With those of the earlier worker. */
  statements: StoredEvent[][];
  events: RunEvent[];
  /** What was put where people review it. */
  offered: { change: CollectedChange; end: End }[];
}

/** A repository with the program `sums`, on which runs can be played from any place of their log on. */
export async function startPipeline(more: Record<string, string> = {}) {
  await using opened = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-pipeline-'));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const source = opened.use(await createSums(more));
  const repository = opened.use(await openLocalRepository(source.directory, directory));
  const images = new Set<string>();
  opened.defer(() => removeEnvironments(images));
  const engine = await testEngine();
  const held = opened.move();
  let runs = 0;

  async function play({ model, attempts = {}, limits = {}, left = [], now }: PlayOptions): Promise<Played> {
    runs += 1;
    const run = `pipeline-${process.pid}-${runs}`;
    const statements: StoredEvent[][] = left.map((statement) => [...statement]);
    const offered: Played['offered'] = [];
    const emit = async (...given: RunEvent[]) => {
      const number = statements.flat().length + 1;
      const at = new Date().toISOString();
      statements.push(given.map((event, index) => ({ number: number + index, at, event })));
      for (const event of given) if (event.type === 'environment_ready') images.add(event.image);
    };
    const text = { title: 'Wrong sum', body: 'It forgets the last number.' };
    const result = await runPipeline(
      {
        ...{ run, attempts, title: text.title, commit: source.base, repository: repository.identity },
        resume: resumePointOf(left.flat(), workTreeIn(left)),
        open: async () => ({ git: repository.git, text, organisation: { locked: [] } }),
        model: 'deepseek-v4-pro',
        limits: { ...defaultRunLimits, ...limits },
      },
      {
        sandboxes: createSandboxes(engine, readConfig({}), { run, keepAgent: false }),
        baselines: createBaselineStore(join(directory, 'baselines'), directory),
        modelProfile: (name) => modelProfile(name),
        ...{ model, emit, say() {}, now: now ?? (() => performance.now()) },
        async publish(change, end): Promise<Published> {
          offered.push({ change, end });
          return published;
        },
      },
      new AbortController().signal,
    );
    const events = statements.flat().map(({ event }) => event);
    return { result, statements, events, offered };
  }

  return { play, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** The newest files that were kept, as the store gives them. */
function workTreeIn(statements: Statements): Uint8Array | null {
  const contents = statements
    .flat()
    .flatMap(({ event }) => (event.type === 'checkpoint' ? [event.content] : []));
  return contents.findLast((content) => content !== undefined) ?? null;
}
