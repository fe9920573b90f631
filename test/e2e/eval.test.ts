import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScript, type ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import type { Report } from '../../src/eval/result.ts';
import { commandsScript, startCli, write } from '../support/fix.ts';
import { testEngine } from '../support/sandbox.ts';
import { createSums, fixedTotal, newTest, sumsFiles, sumsIssue } from '../support/sums.ts';

let scratch: string;
let repository: Awaited<ReturnType<typeof createSums>>;
let byCommit: Record<string, unknown>;
let byPatches: Record<string, unknown>;
const newId = 'test/total.test.js > every number counts';
const oldId = 'test/total.test.js > a trailing zero changes nothing';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-eval-'));
  repository = await createSums();
  const fix = await repository.commit({
    'lib/total.js': fixedTotal,
    'test/total.test.js': sumsFiles['test/total.test.js'] + newTest,
  });
  const common = { repo: 'people/sums', base_commit: repository.base, problem_statement: sumsIssue };
  byCommit = {
    ...common,
    instance_id: 'people__sums-commit',
    fix_commit: fix,
    source_files: ['lib/total.js'],
    test_files: ['test/total.test.js'],
    FAIL_TO_PASS: [newId],
    PASS_TO_PASS: [oldId],
    install_cmd: 'exit 1',
    test_cmd: 'exit 1',
  };
  const diff = (path: string) => repository.git('diff', repository.base, fix, '--', path);
  byPatches = {
    ...common,
    instance_id: 'people__sums-patches',
    patch: await diff('lib/total.js'),
    test_patch: await diff('test/total.test.js'),
    FAIL_TO_PASS: JSON.stringify(['named otherwise']),
    PASS_TO_PASS: '[]',
  };
  await rename(repository.directory, join(scratch, 'people__sums'));
});
afterAll(async () => {
  const { docker } = await testEngine();
  const base = Buffer.from(repository.base).toString('base64').slice(4, 20);
  for (const image of await docker.listImages({ filters: { label: ['ai-fix.environment'] } })) {
    if (JSON.stringify(image.Labels).includes(base)) await docker.getImage(image.Id).remove({ force: true });
  }
  await rm(scratch, { recursive: true, force: true });
});

async function prepare(name: string, instances: readonly object[]): Promise<string[]> {
  const path = join(scratch, `${name}.jsonl`);
  await writeFile(path, instances.map((instance) => `${JSON.stringify(instance)}\n`).join(''));
  return ['eval', '--instances', path, '--repos', scratch, '--out', join(scratch, name), '--json'];
}

const environment = (model?: { url: string; key: string }) => ({
  AI_FIX_DATA_DIR: join(scratch, 'data'),
  ...(model === undefined ? {} : { DEEPSEEK_BASE_URL: model.url, DEEPSEEK_API_KEY: model.key }),
});

async function evaluate(args: string[], script?: ScriptInput) {
  await using model = await startScriptedModel({ script: parseScript(script ?? commandsScript([])) });
  const ended = await startCli(args, environment(script === undefined ? undefined : model)).ended;
  return {
    ...ended,
    report: (ended.stdout === '' ? null : JSON.parse(ended.stdout)) as Report,
    asked: JSON.stringify(model.requests),
  };
}

const fixIt = write('lib/total.js', fixedTotal);

describe('ai-fix eval --gold', () => {
  it('resolves and proves with the true fix, by names and by runs, and says what it cannot evaluate', async () => {
    const elsewhere = { ...byCommit, instance_id: 'people__lost-1', repo: 'people/lost' };
    const args = await prepare('gold', [byCommit, byPatches, elsewhere]);
    const { code, report, stderr } = await evaluate([...args, '--gold', '--workers', '2']);
    expect(stderr).toContain('2 of 3 resolved by the hidden tests, 2 proven');
    expect(report).toMatchObject({
      total: 3,
      resolved: ['people__sums-commit', 'people__sums-patches'],
      proven: ['people__sums-commit', 'people__sums-patches'],
      unresolved: [
        { id: 'people__lost-1', stage: 'workspace', reason: expect.stringContaining('no repository') },
      ],
      instances: [
        {
          score: { rule: 'names', pass_to_pass: { passed: 1 } },
          fail_to_pass_in_proof: { found: 1, missing: [] },
        },
        { score: { rule: 'runs', fail_to_pass: { passed: 1 } } },
        { again: true },
      ],
    });
    expect(code).toBe(0);

    const out = join(scratch, 'gold');
    const predictions = (await readFile(join(out, 'predictions.jsonl'), 'utf8')).trim().split('\n');
    expect(predictions.map((line) => JSON.parse(line))).toMatchObject([
      {
        instance_id: 'people__sums-commit',
        model_name_or_path: 'gold',
        model_patch: expect.stringMatching(/^diff/),
      },
      { instance_id: 'people__sums-patches' },
      { instance_id: 'people__lost-1', model_patch: '' },
    ]);
    expect(JSON.parse(await readFile(join(out, 'report.json'), 'utf8'))).toEqual(report);
    expect((await readdir(join(out, 'runs', 'people__sums-commit'))).sort()).toEqual([
      'change.patch',
      'events.jsonl',
    ]);
  });

  it('with the source alone resolves what its own proof cannot show', async () => {
    const args = await prepare('source', [byCommit]);
    const { report } = await evaluate([...args, '--gold=source']);
    expect(report).toMatchObject({ resolved: ['people__sums-commit'], proven: [] });
  });
});

describe('ai-fix eval', () => {
  it('scores what the model did by tests that it never saw', async () => {
    const args = await prepare('model', [byCommit]);
    const { report, asked, code } = await evaluate(args, commandsScript([fixIt], [], [], []));
    expect(report).toMatchObject({ resolved: ['people__sums-commit'], model: 'deepseek-v4-pro' });
    expect(report.usage.steps).toBeGreaterThan(1);
    expect(report.cache_hit_share).toBeGreaterThan(0);
    expect(asked).toContain('forgets the last number');
    expect(asked).not.toContain('every number counts');
    expect(code).toBe(0);
  });

  it('does not resolve by a change that makes the hidden tests its own', async () => {
    const cheat = write('test/total.test.js', `import 'node:test';\n`);
    const args = await prepare('cheat', [byCommit]);
    const { report } = await evaluate(args, commandsScript([cheat], [], [], []));
    expect(report).toMatchObject({
      resolved: [],
      unresolved: [{ id: 'people__sums-commit', stage: 'score', reason: expect.stringContaining(newId) }],
    });
  });

  it('stops when the model refuses the key, and goes on where it was when it is started again', async () => {
    const second = { ...byCommit, instance_id: 'people__sums-second' };
    const args = await prepare('again', [byCommit, second]);
    const refused = await evaluate(args, {
      turns: [{ faults: [{ status: 401, message: 'no' }], content: 'x' }],
    });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('DEEPSEEK_API_KEY') });
    expect(refused.report).toMatchObject({
      unresolved: [{ id: 'people__sums-commit', stage: 'agent' }],
      unfinished: ['people__sums-second'],
    });
    const { report } = await evaluate(args, commandsScript([fixIt], [], [], []));
    expect(report).toMatchObject({
      resolved: ['people__sums-commit', 'people__sums-second'],
      unfinished: [],
    });
    const third = await evaluate(args, commandsScript([]));
    expect(third.asked).toBe('[]');
    expect(third.report).toEqual(report);
  });

  it('killed, does again only what it was at', async () => {
    const second = { ...byCommit, instance_id: 'people__sums-second' };
    const args = await prepare('killed', [byCommit, second]);
    const script = parseScript({
      turns: [
        { calls: [{ name: 'bash', arguments: { command: fixIt } }] },
        { content: 'Done.' },
        { content: 'Done.' },
        { content: 'Done.' },
        { content: 'Done.' },
      ],
    });
    await using model = await startScriptedModel({ script });
    const { child, ended } = startCli(args, environment(model));
    let seen = '';
    child.stderr.on('data', (chunk) => {
      seen += chunk;
      if (/people__sums-second: Node/.test(seen)) child.kill('SIGKILL');
    });
    await ended;
    await appendFile(join(scratch, 'killed', 'results.jsonl'), '{"v":1,"resu');
    const { report, stderr } = await evaluate(args, commandsScript([fixIt], [], [], []));
    expect(stderr).toContain('1 of 2 are finished already');
    expect(report.resolved).toEqual(['people__sums-commit', 'people__sums-second']);
  });

  it('on Ctrl-C ends with 130, leaves no sandbox, and keeps what is finished for the next start', async () => {
    const args = await prepare('interrupted', [byCommit]);
    const script = parseScript(commandsScript(['echo working; sleep 600']));
    await using model = await startScriptedModel({ script });
    const { child, ended } = startCli(args, environment(model));
    let seen = '';
    child.stderr.on('data', (chunk) => {
      const before = seen;
      seen += chunk;
      if (!before.includes('Node 24') && seen.includes('Node 24')) child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      resolved: [],
      unresolved: [],
      unfinished: ['people__sums-commit'],
    });
    const events = await readFile(join(scratch, 'interrupted/runs/people__sums-commit/events.jsonl'), 'utf8');
    const { run } = JSON.parse(events.split('\n')[0] ?? '') as { run: string };
    const { docker } = await testEngine();
    expect(await docker.listContainers({ all: true, filters: { label: [`ai-fix.run=${run}`] } })).toEqual([]);
  });
});

describe('bad input', () => {
  it.each<[string, string[], string]>([
    ['an instance that is not there', ['--only', 'nobody'], 'nobody'],
    ['part of a fix that nobody knows', ['--gold=tests'], 'all, source'],
    ['no workers', ['--workers', '0'], 'above 0'],
  ])('%s is told in words', async (_, more, words) => {
    const args = await prepare('bad', [byCommit]);
    const { code, stderr } = await evaluate([...args, ...more]);
    expect(stderr).toContain(words);
    expect(code).toBeGreaterThan(0);
  });

  it('results of another evaluation are left as they are', async () => {
    const args = await prepare('other', [byCommit]);
    const other = { v: 1, model: 'gold', gold: 'all', result: { id: 'people__sums-commit' } };
    await mkdir(join(scratch, 'other'));
    await writeFile(join(scratch, 'other', 'results.jsonl'), `${JSON.stringify(other)}\n`);
    const { code, stderr } = await evaluate(args, commandsScript([]));
    expect(stderr).toContain('another evaluation');
    expect(code).toBe(1);
  });
});
