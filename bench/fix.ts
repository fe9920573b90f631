import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Verification } from '../src/core/verification.ts';
import { parseScript } from '../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../src/demo/scripted-model/server.ts';
import { goldScript } from '../src/eval/gold-script.ts';
import { type Instance, readInstances } from '../src/eval/instance.ts';
import { findRepository } from '../src/eval/repositories.ts';
import type { BenchOptions } from './main.ts';

/** What `ai-fix fix` prints last with `--json`. */
interface Outcome {
  outcome: string;
  why: string;
  patch: string | null;
  verification: Verification | null;
  stages: { name: string; seconds: number }[];
}

/**
 * Real bugs, each fixed by a script that makes the repository's own change through the agent's tools; the environment
 * is found by `ai-fix fix` itself. Tells whether the fix was proven and which of the known tests went red to green.
 */
export async function benchFix(options: BenchOptions): Promise<object> {
  const instances = await readInstances(options.need('instances'));
  const only = options.get('only')?.split(',');
  const wanted = instances.filter(
    ({ instance_id: id }) => only === undefined || only.some((name) => id.includes(name)),
  );
  const results = [];
  for (const instance of wanted) {
    const result = await measure(instance, findRepository(options.need('repos'), instance.repo));
    results.push(result);
    process.stderr.write(`${JSON.stringify(result)}\n`);
  }
  return {
    instances: results.length,
    proven: results.filter((result) => result.outcome === 'proven').length,
    results,
  };
}

async function measure(instance: Instance, repository: string) {
  const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-bench-'));
  try {
    const patch = await goldPatch(instance, repository);
    await using model = await startScriptedModel({ script: parseScript(goldScript([patch])) });
    const issue = join(scratch, 'issue.md');
    await writeFile(issue, instance.problem_statement);
    const started = performance.now();
    const { outcome, code } = await runFix(
      ['--repo', repository, '--base', instance.base_commit, '--issue', issue],
      model,
    );
    const redToGreen = outcome.verification?.red_to_green ?? [];
    return {
      instance: instance.instance_id,
      outcome: outcome.outcome,
      exit: code,
      why: outcome.why,
      fail_to_pass: instance.FAIL_TO_PASS.length,
      fail_to_pass_found: instance.FAIL_TO_PASS.filter((id) => redToGreen.includes(id)).length,
      missing: instance.FAIL_TO_PASS.filter((id) => !redToGreen.includes(id)).slice(0, 5),
      red_to_green: redToGreen.length,
      still_green: outcome.verification?.still_green ?? 0,
      newly_red: outcome.verification?.newly_red ?? [],
      tampering: outcome.verification?.tampering ?? [],
      same_tree: outcome.verification?.tree === (await goldTree(repository, instance, patch, scratch)),
      seconds: Math.round((performance.now() - started) / 100) / 10,
      stages: Object.fromEntries(
        outcome.stages.map(({ name, seconds }) => [name, Math.round(seconds * 10) / 10]),
      ),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runFix(
  args: readonly string[],
  model: { url: string; key: string },
): Promise<{ outcome: Outcome; code: number }> {
  const bin = new URL('../bin/ai-fix.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, 'fix', '--json', ...args], {
    env: { ...process.env, DEEPSEEK_BASE_URL: model.url, DEEPSEEK_API_KEY: model.key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  const code =
    child.exitCode ??
    (await new Promise<number>((resolve) => child.once('exit', (exit) => resolve(exit ?? -1))));
  const last = output.trim().split('\n').at(-1) ?? '';
  return { outcome: JSON.parse(last) as Outcome, code };
}

async function goldPatch(instance: Instance, repository: string): Promise<Buffer> {
  const paths = [...instance.source_files, ...instance.test_files];
  const { stdout } = await execa(
    'git',
    [
      '-C',
      repository,
      'diff',
      '--binary',
      '--full-index',
      instance.base_commit,
      instance.fix_commit ?? '',
      '--',
      ...paths,
    ],
    { encoding: 'buffer', stripFinalNewline: false },
  );
  return Buffer.from(stdout);
}

/** The tree that git makes of base and patch. */
async function goldTree(
  repository: string,
  instance: Instance,
  patch: Buffer,
  scratch: string,
): Promise<string> {
  const objects = (
    await execa('git', ['-C', repository, 'rev-parse', '--path-format=absolute', '--git-path', 'objects'])
  ).stdout;
  const env = {
    GIT_DIR: join(scratch, 'gold.git'),
    GIT_INDEX_FILE: join(scratch, 'gold-index'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
  };
  await execa('git', ['init', '--quiet', '--bare', env.GIT_DIR]);
  await execa('git', ['read-tree', instance.base_commit], { env });
  await execa('git', ['apply', '--cached', '--binary', '-'], { env, input: patch });
  return (await execa('git', ['write-tree'], { env })).stdout;
}
