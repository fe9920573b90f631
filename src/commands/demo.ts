import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Config } from '../config.ts';
import { defaultRunLimits } from '../core/limits.ts';
import { exitCodes } from '../core/outcome.ts';
import type { Verification } from '../core/verification.ts';
import { loadScript, parseScript } from '../demo/scripted-model/script.ts';
import { startScriptedModel } from '../demo/scripted-model/server.ts';
import { sumsFiles, sumsIssue } from '../demo/sums.ts';
import { sumsScript } from '../demo/sums-script.ts';
import { createProgress } from '../report/progress.ts';
import type { RunResult } from '../run/pipeline.ts';
import { runLocally } from './local-run.ts';

export interface DemoOptions {
  json: boolean;
  keep: boolean;
  /** A model script to play instead of the demo's own. */
  script: string | undefined;
}

/**
 * `ai-fix demo`: a small real program with a real bug, fixed in a real sandbox and proven. The model is a script unless
 * there is a key for a real one. Returns the exit code.
 */
export async function demo(options: DemoOptions, config: Config, signal: AbortSignal): Promise<number> {
  const say = (text: string) => process.stderr.write(`${text}\n`);
  await using opened = new AsyncDisposableStack();
  const asked = config.model.apiKey === undefined ? await playScript(options.script, config, opened) : config;
  say(
    asked === config
      ? `The model is ${config.model.name} at ${config.model.baseUrl}.`
      : 'The model is scripted: its answers are played from a file. Set DEEPSEEK_API_KEY to ask a real one.',
  );
  const directory = await createSums();
  if (!options.keep) opened.defer(() => rm(directory, { recursive: true, force: true }));
  say(`The repository is ${directory}; its issue: ${sumsIssue.title}.\n`);

  const progress = createProgress(process.stderr, { colour: config.colour });
  const task = {
    directory,
    base: 'HEAD',
    text: sumsIssue,
    limits: defaultRunLimits,
    keepSandbox: options.keep,
  };
  const result = await runLocally(task, asked, progress, progress.show, signal);
  progress.stop();
  process.stdout.write(`\n${result.patch ?? 'Nothing was changed.\n'}\n`);
  if (result.verification !== null) process.stdout.write(`${printProof(result.verification)}\n`);
  process.stdout.write(`${printStages(result)}\n`);
  if (options.json) {
    const { verification, stages, outcome } = result;
    process.stdout.write(
      `${JSON.stringify({ type: 'demo', ok: outcome === 'proven', outcome, verification, stages })}\n`,
    );
  }
  return exitCodes[result.outcome];
}

async function playScript(
  path: string | undefined,
  config: Config,
  opened: AsyncDisposableStack,
): Promise<Config> {
  const script = path === undefined ? parseScript(sumsScript) : await loadScript(path);
  const model = opened.use(await startScriptedModel({ script }));
  return { ...config, model: { ...config.model, baseUrl: model.url, apiKey: model.key } };
}

async function createSums(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'ai-fix-demo-'));
  for (const [path, content] of Object.entries(sumsFiles)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const git = (...args: string[]) => execa('git', ['-C', directory, ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  const author = ['-c', 'user.name=Demo', '-c', 'user.email=demo@example.com', '-c', 'commit.gpgSign=false'];
  await git(...author, 'commit', '--quiet', '--message', 'Totals and means');
  return directory;
}

function printProof(proof: Verification): string {
  const lines = [
    `${proof.verdict}: ${proof.why}`,
    ...proof.red_to_green.map((id) => `  red to green  ${id}`),
    ...proof.newly_red.map((id) => `  newly red     ${id}`),
    ...proof.tampering.map(({ path, what }) => `  tampering     ${path} ${what}`),
    `  still green   ${proof.still_green} tests`,
    `  tree          ${proof.tree}`,
  ];
  return lines.join('\n');
}

function printStages({ stages }: RunResult): string {
  return stages
    .map(({ name, seconds }) => `  ${name.padEnd(12)}${seconds.toFixed(1).padStart(6)} s`)
    .join('\n');
}
