import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseScript, type ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { startScriptedModel } from '../../src/demo/scripted-model/server.ts';
import { commandsScript, type Ended, readEvents, startCli, write, writeIssue } from '../support/fix.ts';
import { testEngine } from '../support/sandbox.ts';
import { createSums, fixedTotal, newTest, sumsFiles, sumsIssue } from '../support/sums.ts';

let repository: Awaited<ReturnType<typeof createSums>>;
let scratch: string;
let issue: string;
const secret = `secret-${Math.random().toString(36).slice(2)}`;

beforeAll(async () => {
  repository = await createSums();
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-e2e-'));
  issue = await writeIssue(scratch, sumsIssue);
});
afterAll(async () => {
  await removeEnvironments();
  await repository[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

async function fix(
  script: ScriptInput,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Ended & { requests: unknown[] }> {
  await using model = await startScriptedModel({ script: parseScript(script), key: secret });
  const base = ['fix', '--repo', repository.directory, '--issue', issue];
  const ended = await startCli([...base, ...args], { ...environment(model), ...env }).ended;
  return { ...ended, requests: model.requests };
}

function environment(model: { url: string; key: string }): Record<string, string> {
  return {
    DEEPSEEK_BASE_URL: model.url,
    DEEPSEEK_API_KEY: model.key,
    AI_FIX_DATA_DIR: join(scratch, 'data'),
  };
}

async function removeEnvironments(): Promise<void> {
  const { docker } = await testEngine();
  const images = await docker.listImages({ filters: { label: ['ai-fix.environment'] } });
  const ours = images.filter((image) =>
    JSON.stringify(image.Labels).includes(Buffer.from(repository.base).toString('base64').slice(4, 20)),
  );
  await Promise.all(ours.map((image) => docker.getImage(image.Id).remove({ force: true })));
}

const trueFix = [
  write('lib/total.js', fixedTotal),
  write('test/total.test.js', sumsFiles['test/total.test.js'] + newTest),
];

describe('ai-fix fix', () => {
  it('fixes a real bug, proves it, and prints a patch that makes the very tree that was tested', async () => {
    const { code, stdout, stderr, requests } = await fix(
      commandsScript(['node --test 2>&1 | tail -5', ...trueFix]),
      ['--json'],
    );
    const { events, outcome } = readEvents(stdout);
    expect(outcome).toMatchObject({
      outcome: 'proven',
      verification: { verdict: 'proven', newly_red: [], tampering: [] },
    });
    expect(code).toBe(0);
    expect(outcome.verification?.red_to_green).toEqual(['test/total.test.js > every number counts']);
    expect(outcome.verification?.still_green).toBe(3);
    expect(outcome.stages.map(({ name }) => name)).toEqual([
      'workspace',
      'environment',
      'check',
      'agent',
      'verify',
    ]);

    await repository.git('checkout', '--quiet', '-B', 'try', repository.base);
    const patchFile = await writeIssue(scratch, outcome.patch ?? '').then((path) => path);
    await repository.git('apply', '--index', patchFile);
    expect(await repository.git('write-tree')).toBe(outcome.verification?.tree);
    await repository.git('checkout', '--quiet', '--force', 'main');
    issue = await writeIssue(scratch, sumsIssue);

    expect(events.map((event) => event.type)).toContain('baseline_ready');
    expect(events.find((event) => event.type === 'changed')).toMatchObject({
      tree: outcome.verification?.tree,
      files: [
        { path: 'lib/total.js', kind: 'changed' },
        { path: 'test/total.test.js', kind: 'changed', removed: 0 },
      ],
    });
    expect(events.filter((event) => event.type === 'message').length).toBeGreaterThan(6);
    expect(stderr).toContain('proven');
    expect(requests).toHaveLength(5); // the last one asks for a look at the whole
  });

  it('prints the patch alone without --json, and writes it to the file of --out', async () => {
    const printed = await fix(commandsScript(trueFix));
    expect(printed.stdout).toMatch(/^diff --git a\/lib\/total\.js b\/lib\/total\.js\n/);
    const out = join(scratch, 'out.patch');
    const written = await fix(commandsScript(trueFix), ['--out', out]);
    expect(written.stdout).toBe('');
    expect(await readFile(out, 'utf8')).toBe(printed.stdout);
  });

  const loosened = sumsFiles['test/total.test.js'].replace(
    'assert.equal(total([1, 2, 0]), 3)',
    'assert.ok(total([1, 2, 0]))',
  );
  const withFailing = `${sumsFiles['test/total.test.js']}${newTest}`;
  const brokenMean = sumsFiles['lib/mean.js'].replace('/ numbers.length', '/ (numbers.length + 1)');
  it.each<[string, string[], object]>([
    [
      'the fix left out',
      [write('test/total.test.js', withFailing)],
      {
        why: expect.stringContaining('fails with it as well'),
        already_red: ['test/total.test.js > every number counts'],
      },
    ],
    [
      'an assertion loosened beside the fix',
      [write('lib/total.js', fixedTotal), write('test/total.test.js', loosened + newTest)],
      { tampering: [{ path: 'test/total.test.js', what: expect.stringContaining('loosens') }] },
    ],
    [
      'a test deleted beside the fix',
      [...trueFix, 'rm test/mean.test.js'],
      { tampering: [{ path: 'test/mean.test.js', what: expect.stringContaining('deletes') }] },
    ],
    [
      'an unrelated test broken beside the fix',
      [...trueFix, write('lib/mean.js', brokenMean)],
      { newly_red: ['test/mean.test.js > the mean of two numbers lies between them'] },
    ],
  ])('calls %s what it is and exits with 3', async (_, commands, expected) => {
    const { code, stdout } = await fix(commandsScript(commands, [], [], []), ['--json']);
    const { outcome } = readEvents(stdout);
    expect(outcome.verification).toMatchObject({ verdict: 'unproven', ...expected });
    expect(outcome.outcome).toBe('unproven');
    expect(outcome.patch).toContain('diff --git');
    expect(code).toBe(3);
  });

  it('gives the facts back to the agent, which makes it right in the next round', async () => {
    const { code, stdout, requests } = await fix(commandsScript([trueFix[1] ?? ''], [trueFix[0] ?? '']), [
      '--json',
    ]);
    expect(code).toBe(0);
    const told = JSON.stringify((requests[2] as { messages: unknown[] }).messages.at(-1));
    expect(told).toContain('every number counts');
    expect(readEvents(stdout).events.filter((event) => event.type === 'verified')).toHaveLength(2);
  });

  it('asks for a test once where there is none, and then says that no test proves this', async () => {
    const { code, stdout, requests } = await fix(
      commandsScript([write('lib/total.js', fixedTotal)], [], [], []),
      ['--json'],
    );
    const { events, outcome } = readEvents(stdout);
    const asked = events.filter(
      (event) => event.type === 'message' && JSON.stringify(event.message).includes('Please add a test'),
    );
    expect(asked).toHaveLength(1);
    expect(requests).toHaveLength(3);
    expect(outcome).toMatchObject({
      outcome: 'unproven',
      why: expect.stringContaining('no test proves this'),
      verification: { red_to_green: [] },
    });
    expect(code).toBe(3);
  });

  const debris = 'echo debugging > notes.txt';
  it('shows a proven change to the agent once more, and tests again what it corrects', async () => {
    const { code, stdout, requests } = await fix(commandsScript([...trueFix, debris], ['rm notes.txt'], []), [
      '--json',
    ]);
    const { events, outcome } = readEvents(stdout);
    const { messages } = requests.at(-1) as { messages: { content: string }[] };
    const asked = messages.filter(({ content }) => content.startsWith('Your change passed the proof'));
    expect(asked).toEqual([expect.objectContaining({ content: expect.stringContaining('+debugging') })]);
    expect(events.filter(({ type }) => type === 'verified')).toHaveLength(2);
    expect(outcome.patch).not.toContain('debugging');
    expect(outcome.outcome).toBe('proven');
    expect(code).toBe(0);
  });

  it('keeps the proven change where the second look makes it worse', async () => {
    const worse = commandsScript(trueFix, [write('lib/total.js', sumsFiles['lib/total.js'])], [], []);
    const { code, stdout } = await fix(worse, ['--json']);
    const { events, outcome } = readEvents(stdout);
    expect(outcome).toMatchObject({ outcome: 'proven', verification: { verdict: 'proven' } });
    expect(outcome.patch).toContain('b/lib/total.js');
    expect(events.findLast(({ type }) => type === 'changed')).toMatchObject({
      tree: outcome.verification?.tree,
    });
    expect(events).toContainEqual({
      type: 'note',
      text: expect.stringContaining('the second look came to nothing'),
    });
    expect(code).toBe(0);
  });

  it('keeps the proven change where the model cannot be asked to look at it', async () => {
    const turns = [...commandsScript(trueFix).turns, { content: 'x', faults: [{ status: 402 }] }];
    const { code, stdout } = await fix({ turns }, ['--json']);
    expect(readEvents(stdout).outcome).toMatchObject({
      outcome: 'proven',
      verification: { verdict: 'proven' },
    });
    expect(code).toBe(0);
  });

  it('asks once more when nothing changed, and then exits with 4', async () => {
    const { code, stdout, requests } = await fix(commandsScript(['ls'], []), ['--json']);
    expect(readEvents(stdout).outcome).toMatchObject({ outcome: 'no_change', patch: null });
    expect(requests).toHaveLength(3);
    expect(code).toBe(4);
  });

  it('refuses a change to a protected path, names it, and exits with 5', async () => {
    const evil = 'mkdir -p .github/workflows; echo "on: push" > .github/workflows/x.yml';
    const { code, stdout } = await fix(commandsScript([evil], [], [], []), ['--json']);
    const { outcome } = readEvents(stdout);
    expect(outcome).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('.github/workflows/x.yml'),
    });
    expect(code).toBe(5);
  });

  it('tries again where it is allowed to, at the price of the cache, and says what was taken and why', async () => {
    const [first, second] = [commandsScript([trueFix[0] ?? ''], [], []), commandsScript(trueFix, [])];
    const script = { conversations: [{ attempt: 1, ...first }, second] };
    const { code, stdout, stderr } = await fix(script, ['--json', '--attempts', '2']);
    const { events, outcome } = readEvents(stdout);
    expect(outcome).toMatchObject({
      outcome: 'proven',
      attempts: [
        { attempt: 1, model: 'deepseek-v4-pro', effort: 'high', outcome: 'unproven' },
        { attempt: 2, outcome: 'proven', usage: { steps: 4 } },
      ],
    });
    expect(stderr).toContain('attempt 2 of 2 begins');
    expect(stderr).toContain('attempt 2 is taken: it is proven by tests');
    const again = events.slice(events.findIndex(({ type }) => type === 'attempt_started'));
    expect(again.find(({ type }) => type === 'turn_ended')).toMatchObject({
      usage: { cacheMissTokens: 0, cacheHitTokens: expect.any(Number) },
    });
    expect(code).toBe(0);
  });

  it('on Ctrl-C in a second attempt gives what the first one came to', async () => {
    const script = parseScript({
      conversations: [
        { attempt: 1, ...commandsScript([trueFix[0] ?? ''], [], []) },
        commandsScript(['echo half > half.txt; echo working; sleep 600']),
      ],
    });
    await using model = await startScriptedModel({ script, key: secret });
    const args = ['fix', '--repo', repository.directory, '--issue', issue, '--json', '--attempts', '2'];
    const { child, ended } = startCli(args, environment(model));
    let seen = '';
    child.stdout.on('data', (chunk) => {
      const before = seen;
      seen += chunk;
      if (!before.includes('sleep 600') && seen.includes('sleep 600')) child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    const { outcome } = readEvents(stdout);
    expect(outcome).toMatchObject({ outcome: 'cancelled', verification: { verdict: 'unproven' } });
    expect(outcome.patch).toContain('lib/total.js');
    expect(outcome.patch).not.toContain('half.txt');
    expect(code).toBe(130);
  });

  it('keeps secrets out of the sandbox, the events and the model’s sight', async () => {
    const look = 'env; cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n"; ls -la ~ /; cat ~/.git* 2>/dev/null';
    const { stdout, stderr, requests } = await fix(commandsScript([look], []), ['--json'], {
      AI_FIX_CANARY: secret,
    });
    const everything = [stdout, stderr, JSON.stringify(requests)].join('\n');
    for (const form of [secret, Buffer.from(secret).toString('base64').replace(/=+$/, '')])
      expect(everything).not.toContain(form);
  });

  it('stops at the limit of steps, keeps the patch, and says which limit it was', async () => {
    const { code, stdout } = await fix(commandsScript([trueFix[0] ?? '', 'ls', 'ls -a', 'ls -l']), [
      '--json',
      '--steps',
      '3',
    ]);
    const { outcome } = readEvents(stdout);
    expect(outcome).toMatchObject({ outcome: 'unproven', why: expect.stringContaining('limit of steps') });
    expect(outcome.patch).toContain('lib/total.js');
    expect(code).toBe(3);
  });

  it('on Ctrl-C ends the sandbox, keeps the patch, and exits with 130', async () => {
    const script = parseScript(commandsScript([trueFix[0] ?? '', 'echo working; sleep 600']));
    await using model = await startScriptedModel({ script, key: secret });
    const { child, ended } = startCli(
      ['fix', '--repo', repository.directory, '--issue', issue, '--json'],
      environment(model),
    );
    let seen = '';
    child.stdout.on('data', (chunk) => {
      const before = seen;
      seen += chunk;
      if (!before.includes('sleep 600') && seen.includes('sleep 600')) child.kill('SIGINT');
    });
    const { code, stdout } = await ended;
    const { outcome, events } = readEvents(stdout);
    expect(outcome).toMatchObject({ outcome: 'cancelled', patch: expect.stringContaining('lib/total.js') });
    expect(code).toBe(130);
    const { docker } = await testEngine();
    const run = events.find((event) => event.type === 'run_started')?.run;
    expect(await docker.listContainers({ all: true, filters: { label: [`ai-fix.run=${run}`] } })).toEqual([]);
  });
});

describe('bad input', () => {
  const cli = (args: string[], env: Record<string, string> = {}, input = '') =>
    startCli(
      ['fix', ...args],
      {
        AI_FIX_DATA_DIR: join(scratch, 'data'),
        DEEPSEEK_API_KEY: 'x',
        DEEPSEEK_BASE_URL: 'http://127.0.0.1:9',
        ...env,
      },
      input,
    ).ended;

  it('on the command line exits with 2 and shows how it is right', async () => {
    expect(await cli([])).toMatchObject({ code: 2, stderr: expect.stringContaining('--repo') });
    expect(await cli(['--repo', '.', '--issue', issue, '--budget', 'lots'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('number'),
    });
    for (const attempts of ['0', '11'])
      expect(await cli(['--repo', '.', '--issue', issue, '--attempts', attempts])).toMatchObject({ code: 2 });
    expect(await cli(['--repo', '.', '--issue', issue, '--escalation-effort', 'hard'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('low, high, max'),
    });
    expect(await cli(['--repo', '.', '--issue', issue, '--nonsense'])).toMatchObject({ code: 2 });
  });

  it.each<[string, string, string, string]>([
    ['a directory that is no repository', tmpdir(), '', 'not in a git repository'],
    ['a directory that is not there', '/no/such/place', '', 'no directory'],
  ])('%s is refused in words', async (_, repo, __, words) => {
    const { code, stdout, stderr } = await cli(['--repo', repo, '--issue', issue, '--json']);
    expect(code).toBe(5);
    expect(readEvents(stdout).outcome).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining(words),
    });
    expect(stderr).toContain(words);
  });

  it('an unknown base, an empty issue, one that is not there and one of 10 MB are refused in words', async () => {
    const repo = ['--repo', repository.directory];
    expect(await cli([...repo, '--issue', issue, '--base', 'nowhere'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('"nowhere"'),
    });
    expect(await cli([...repo, '--issue', '-'], {}, '  \n')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('is empty'),
    });
    expect(await cli([...repo, '--issue', '-'], {}, 'x'.repeat(10_000_000))).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('more than the 262144 bytes'),
    });
    expect(await cli([...repo, '--issue', join(scratch, 'none.md')])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('cannot be read'),
    });
  });

  it('a repository without a manifest, and one with a broken configuration, are told what to do before anything is paid', async () => {
    await using bare = await createSums();
    const plain = await bare.commit({ 'package.json': null, 'main.zig': 'pub fn main() void {}' });
    expect(await cli(['--repo', bare.directory, '--issue', issue, '--base', plain])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('.github/ai-fix.yml'),
    });
    const broken = await bare.commit({ '.github/ai-fix.yml': 'instal: npm ci\ntest: [3]\n' });
    expect(await cli(['--repo', bare.directory, '--issue', issue, '--base', broken])).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/has mistakes:[\s\S]*test/),
    });
  });

  it('a missing key is told before anything else is done', async () => {
    const args = ['fix', '--repo', repository.directory, '--issue', issue];
    const { code, stderr } = await startCli(args, { AI_FIX_DATA_DIR: join(scratch, 'data') }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('DEEPSEEK_API_KEY');
  });

  it('variables that cannot be used are all told at once', async () => {
    const { code, stderr } = await cli(['--repo', '.', '--issue', issue], {
      DEEPSEEK_BASE_URL: 'nonsense',
      AI_FIX_SETUP: 'perhaps',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/DEEPSEEK_BASE_URL[\s\S]*AI_FIX_SETUP|AI_FIX_SETUP[\s\S]*DEEPSEEK_BASE_URL/);
  });

  it('a Docker Engine that does not answer is told with what to do', async () => {
    const { code, stderr } = await cli(['--repo', repository.directory, '--issue', issue], {
      DOCKER_HOST: 'tcp://127.0.0.1:9',
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/No Docker Engine answers at tcp:\/\/127\.0\.0\.1:9.*Install Docker/s);
  });
});

describe('faults of the model', () => {
  const faulty = (faults: object[]): ScriptInput => ({
    turns: [
      { calls: [{ name: 'bash', arguments: { command: trueFix[0] ?? '' } }] },
      { calls: [{ name: 'bash', arguments: { command: 'ls' } }], faults: faults as never },
    ],
  });

  it.each<[string, object, string]>([
    ['a wrong key', { status: 401, message: 'bad key' }, 'DEEPSEEK_API_KEY'],
    ['no money', { status: 402, message: 'Insufficient Balance' }, 'no money'],
    ['a refused request', { status: 400, message: 'strange' }, 'strange'],
  ])('%s in mid run ends the run in words and keeps the patch', async (_, fault, words) => {
    const { code, stdout } = await fix(faulty([fault]), ['--json']);
    const { outcome } = readEvents(stdout);
    expect(outcome).toMatchObject({
      outcome: 'failed',
      why: expect.stringContaining(words),
      patch: expect.stringContaining('lib/total.js'),
    });
    expect(code).toBe(1);
  });

  it('an HTML answer, a cut stream and a busy server are asked again, and the run goes on', async () => {
    const { stdout } = await fix(faulty([{ html: true }, { cut: 700 }, { status: 503 }]), [
      '--json',
      '--steps',
      '2',
    ]);
    const { events, outcome } = readEvents(stdout);
    const model = 'deepseek-v4-pro';
    expect(events.filter((event) => event.type === 'model_retried')).toMatchObject([
      { model, why: expect.stringContaining('text/html') },
      { model, why: expect.stringContaining('end mark') },
      { model, why: expect.stringContaining('scripted') },
    ]);
    expect(outcome.usage?.steps).toBe(2);
  });

  it('an endpoint that is down is told with its address', async () => {
    const args = ['fix', '--repo', repository.directory, '--issue', issue];
    const env = {
      DEEPSEEK_BASE_URL: 'http://127.0.0.1:9',
      DEEPSEEK_API_KEY: 'x',
      AI_FIX_DATA_DIR: join(scratch, 'data'),
    };
    const { code, stderr } = await startCli(args, env).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('http://127.0.0.1:9');
  });
});
