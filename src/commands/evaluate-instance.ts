import { rm } from 'node:fs/promises';
import type { Engine } from '../adapters.ts';
import type { Config } from '../config.ts';
import type { AttemptRules } from '../core/attempts.ts';
import { noUsage } from '../core/conversation.ts';
import { type ErrorCode, isRefusal, messageOf, OperationalError, originOf } from '../core/errors.ts';
import type { RunEvent, Stage } from '../core/events.ts';
import type { RunLimits } from '../core/limits.ts';
import type { TestSelection } from '../core/tests.ts';
import { parseScript } from '../demo/scripted-model/script.ts';
import { startScriptedModel } from '../demo/scripted-model/server.ts';
import { goldScript } from '../eval/gold-script.ts';
import { createHiddenRuns } from '../eval/hidden-run.ts';
import { selectHidden } from '../eval/hidden-tests.ts';
import type { Instance } from '../eval/instance.ts';
import { type KnownChange, readKnownChange } from '../eval/known-change.ts';
import { createTestFinder } from '../eval/match-tests.ts';
import { findRepository } from '../eval/repositories.ts';
import type { InstanceResult } from '../eval/result.ts';
import { type Score, score } from '../eval/score.ts';
import type { RunResult } from '../run/task.ts';
import type { TestGround } from '../run/test-bench.ts';
import { commitFiles } from '../workspace/commits.ts';
import { openLocalRepository } from '../workspace/local-repository.ts';
import { parseIssue } from './issue-file.ts';
import { newRunId, runOnCommit } from './local-run.ts';

/** Which halves of the true fix a script plays instead of asking a model. */
export type Gold = 'all' | 'source';

/** What is the same for all instances of an evaluation. */
export interface Evaluation {
  /** Holds the repositories. */
  repos: string;
  gold: Gold | null;
  limits: RunLimits;
  attempts: AttemptRules;
  config: Config;
  engine: Engine;
}

/** Told what happens to an instance. */
export interface Listener {
  event(event: RunEvent): void;
  say(line: string): void;
  scoring(): void;
}

/**
 * One instance: a run of the pipeline on its base commit, then the hidden tests on what came of it. Everything of it is
 * kept in `directory`. Rejects only for an abort; whatever else goes wrong is the result.
 */
export async function evaluateInstance(
  instance: Instance,
  evaluation: Evaluation,
  directory: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<{ result: InstanceResult; code: ErrorCode | null }> {
  const started = performance.now();
  const watched = watch(listener);
  try {
    const evaluated = await run(instance, evaluation, directory, { ...listener, event: watched.see }, signal);
    signal.throwIfAborted();
    return { result: { ...evaluated, ...watched.facts(), seconds: since(started) }, code: watched.code() };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = originOf(thrown);
    const code = error instanceof OperationalError ? error.code : null;
    const failed = {
      ...nothing,
      outcome: isRefusal(error) ? 'refused' : 'failed',
      why: messageOf(error),
    } as const;
    return {
      result: { id: instance.instance_id, ...failed, ...watched.facts(), seconds: since(started) },
      code,
    };
  }
}

const nothing = {
  patch: null,
  proven: false,
  score: null,
  proof: null,
  fail_to_pass_in_proof: null,
  usage: { ...noUsage, usd: 0, steps: 0 },
  stages: {},
  again: true,
};

const shownNames = 5;

const since = (started: number) => Math.round((performance.now() - started) / 100) / 10;

/** What the events of a run tell that its result does not. */
function watch(listener: Listener) {
  let stage: Stage = 'workspace';
  let environment: string | null = null;
  let code: ErrorCode | null = null;
  return {
    see(event: RunEvent) {
      if (event.type === 'stage_started') stage = event.stage;
      if (event.type === 'environment_ready') environment = event.summary;
      if (event.type === 'outcome') code = event.code ?? null;
      listener.event(event);
    },
    facts: () => ({ stage, environment }),
    code: () => code,
  };
}

type Evaluated = Omit<InstanceResult, 'stage' | 'environment' | 'seconds'>;

async function run(
  instance: Instance,
  evaluation: Evaluation,
  directory: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<Evaluated> {
  const { repos, engine, limits, attempts } = evaluation;
  await rm(directory, { recursive: true, force: true }); // of an earlier try that was killed
  await using repository = await openLocalRepository(findRepository(repos, instance.repo), directory);
  const commit = await repository.resolve(instance.base_commit);
  const known = await readKnownChange(repository.git, instance);
  await using opened = new AsyncDisposableStack();
  const config = await choosePlayer(evaluation, known, opened);
  const { result, ground } = await runOnCommit(
    repository,
    commit,
    {
      text: parseIssue(instance.problem_statement),
      limits: evaluation.gold === null ? limits : { ...limits, rounds: 0 }, // a script has nothing to add
      attempts,
      keepSandbox: false,
      registriesOf: instance.repo,
    },
    {
      run: newRunId('eval'),
      directory,
      engine,
      config,
      print: async (...events) => events.forEach(listener.event),
      say: listener.say,
    },
    signal,
  );
  const evaluated = describe(instance, result);
  if (ground === null || evaluated.again || !isScorable(result)) return evaluated;
  listener.scoring();
  const isGold = evaluation.gold !== null;
  return { ...evaluated, score: await scoreOf(instance, result.patch ?? '', known, ground, isGold, signal) };
}

/** The model that is configured, or a script that makes the known change. */
async function choosePlayer(
  { gold, config }: Evaluation,
  { source, tests }: KnownChange,
  opened: AsyncDisposableStack,
): Promise<Config> {
  if (gold === null) return config;
  const script = parseScript(goldScript(gold === 'source' ? [source] : [source, tests]));
  const model = opened.use(await startScriptedModel({ script, models: [config.model.name] }));
  return { ...config, model: { ...config.model, baseUrl: model.url, apiKey: model.key } };
}

function describe(
  instance: Instance,
  { outcome, why, patch, verification, usage, stages }: RunResult,
): Evaluated {
  return {
    id: instance.instance_id,
    outcome,
    why,
    patch,
    proven: outcome === 'proven',
    score: null,
    proof:
      verification === null
        ? null
        : {
            red_to_green: verification.red_to_green.length,
            still_green: verification.still_green,
            newly_red: verification.newly_red,
            tampering: verification.tampering.map(({ path, what }) => `${path} ${what}`),
          },
    fail_to_pass_in_proof: verification === null ? null : findInProof(instance, verification.red_to_green),
    usage,
    stages: Object.fromEntries(stages.map(({ name, seconds }) => [name, Math.round(seconds * 10) / 10])),
    again: outcome === 'failed',
  };
}

function findInProof({ FAIL_TO_PASS: names }: Instance, redToGreen: readonly string[]) {
  const tests = new Map(redToGreen.map((id) => [id, { id, status: 'passed', file: null }] as const));
  const find = createTestFinder({ tests, seconds: 0, problem: null, cutShort: false, output: '' });
  const missing = names.filter((name) => find(name).length === 0);
  return { found: names.length - missing.length, missing: missing.slice(0, shownNames) };
}

/** A change that would not be published resolves nothing. */
function isScorable({ outcome, patch }: RunResult): boolean {
  return patch !== null && (outcome === 'proven' || outcome === 'unproven');
}

async function scoreOf(
  instance: Instance,
  patch: string,
  { source, tests }: KnownChange,
  ground: TestGround,
  isGold: boolean,
  signal: AbortSignal,
): Promise<Score> {
  const { git, commit } = ground.base;
  const narrow = selectHidden(instance, tests, await commitFiles(git, commit).paths());
  const runHidden = createHiddenRuns(ground, tests, signal);
  const patched = (selection: TestSelection) => runHidden([Buffer.from(patch)], selection);
  const fixed = isGold ? null : (selection: TestSelection) => runHidden([source], selection);
  return score(instance, narrow, { patched, fixed, base: (selection) => runHidden([], selection) });
}
