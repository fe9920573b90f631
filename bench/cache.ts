import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLocally } from '../src/commands/local-run.ts';
import { readConfig } from '../src/config.ts';
import { oneAttempt } from '../src/core/attempts.ts';
import type { Usage } from '../src/core/conversation.ts';
import { defaultRunLimits } from '../src/core/limits.ts';
import { parseScript } from '../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../src/demo/scripted-model/server.ts';
import { findRepository } from '../src/eval/repositories.ts';
import { costOf, pricesAt } from '../src/model/prices.ts';
import { createProgress } from '../src/report/terminal/progress.ts';
import { startRecorder } from '../test/support/recorder.ts';
import { longScript } from './cache/long-script.ts';
import type { BenchOptions } from './support/options.ts';
import { say } from './support/say.ts';

const model = 'deepseek-v4-pro';
const prices = pricesAt(model, new Date('2026-11-15T12:00:00Z')); // off peak

/**
 * How much of each request was paid for with the one before it: runs of many steps over real repositories, through the
 * whole pipeline, measured on the bytes of their requests.
 */
export async function benchCache(options: BenchOptions): Promise<object> {
  const names = (options.get('only') ?? 'npm+node-semver,ljharb+qs,pallets+flask').split(',');
  const runs: (Recorded & { repository: string })[] = [];
  for (const name of names) {
    const run = await record(findRepository(options.need('repos'), name));
    say(`${name}: ${JSON.stringify(run)}`);
    runs.push({ repository: name, ...run });
  }
  const sum = (field: 'prefix_bytes' | 'request_bytes' | 'usd' | 'usd_without_cache') =>
    runs.reduce((total, run) => total + run[field], 0);
  return {
    prefix_share: sum('prefix_bytes') / sum('request_bytes'),
    usd: sum('usd'),
    usd_without_cache: sum('usd_without_cache'),
    runs,
  };
}

type Recorded = Awaited<ReturnType<typeof record>>;

async function record(repository: string) {
  const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-cache-'));
  try {
    await using endpoint = await startScriptedModel({ script: parseScript(await longScript(repository)) });
    await using recorder = await startRecorder(endpoint.url);
    const config = readConfig({
      ...process.env,
      DEEPSEEK_BASE_URL: recorder.url,
      DEEPSEEK_API_KEY: endpoint.key,
      AI_FIX_DATA_DIR: scratch,
      AI_FIX_MODEL: model,
    });
    const task = {
      directory: repository,
      base: 'HEAD',
      text: { title: 'Something is wrong', body: 'Please look into it.' },
      limits: defaultRunLimits,
      attempts: oneAttempt,
      keepSandbox: false,
    };
    const progress = createProgress(process.stderr, { colour: false });
    const never = new AbortController().signal;
    const { usage, outcome, why } = await runLocally(task, config, progress, async () => undefined, never);
    if (outcome !== 'no_change') throw new Error(`the run came to ${outcome}: ${why}`);
    return { steps: usage.steps, ...sharesOf(recorder.bodies()), ...moneyOf(usage) };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Bytes of each request from the second on, and how many at its start are those of the request before. */
function sharesOf(bodies: readonly Buffer[]) {
  const later = bodies.slice(1).map((body, index) => ({ body, before: bodies[index] as Buffer }));
  const prefix = later.map(({ body, before }) => commonPrefix(before, body));
  const total = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
  const [prefixBytes, requestBytes] = [total(prefix), total(later.map(({ body }) => body.length))];
  return {
    prefix_bytes: prefixBytes,
    request_bytes: requestBytes,
    prefix_share: prefixBytes / requestBytes,
    /** Of what was sent before, the share that is sent again unchanged: all but the options after the messages. */
    kept_share: prefixBytes / total(later.map(({ before }) => before.length)),
    largest_request: Math.max(...bodies.map(({ length }) => length)),
  };
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a[at] === b[at]) at += 1;
  return at;
}

/** By the price table off peak; the endpoint counts hits by V4's rule, with four bytes to a token. */
function moneyOf(usage: Usage) {
  const uncached = {
    ...usage,
    cacheHitTokens: 0,
    cacheMissTokens: usage.cacheHitTokens + usage.cacheMissTokens,
  };
  return {
    hit_share: usage.cacheHitTokens / uncached.cacheMissTokens,
    usd: costOf(usage, prices),
    usd_without_cache: costOf(uncached, prices),
  };
}
