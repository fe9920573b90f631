import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commands, containersOf } from '../support/app-run.ts';
import { startCli } from '../support/fix.ts';
import { testEngine } from '../support/sandbox.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-e2e-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** The demo in a process of its own, whose temporary files are in a directory of their own. */
async function startDemo(name: string, ...args: string[]) {
  const temporary = await mkdtemp(join(scratch, `${name}-`));
  const { child, ended } = startCli(['demo', '--json', ...args], { TMPDIR: temporary, NO_COLOR: '1' });
  const heard = createInterface({ input: child.stderr });
  return {
    child,
    ended,
    /** Resolves at the line of stderr that holds this text. */
    async says(text: string): Promise<void> {
      for await (const line of heard) if (line.includes(text)) return;
    },
    left: () => readdir(temporary),
  };
}

function resultOf(stdout: string) {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

it('the demo ends well, with a proof for what it published and another for the retry', async () => {
  const demo = await startDemo('whole');
  const { code, stdout, stderr } = await demo.ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const result = resultOf(stdout);
  expect(result).toMatchObject({
    type: 'demo',
    ok: true,
    pull_request: { number: 2, draft: true, commits: 2 },
    verification: { verdict: 'proven', red_to_green: ['test/total.test.js > every number counts'] },
    retry: {
      verification: {
        verdict: 'proven',
        red_to_green: ['test/total.test.js > what is no number is refused'],
      },
    },
  });
  expect(result.pull_request.head).toMatch(/^[0-9a-f]{40}$/);
  expect(result.verification.tree).toBe(result.pull_request.tree);
  expect(result.retry.tree).toBe(result.retry.verification.tree);
  expect(result.retry.tree).not.toBe(result.pull_request.tree);
  expect(result.stages.map(({ name }: { name: string }) => name)).toEqual([
    'workspace',
    'environment',
    'check',
    'agent',
    'verify',
    'publish',
  ]);
  expect(await demo.left()).toEqual([]);
});

it('a script with a wrong fix ends with exit code 3 and no retry', async () => {
  const script = join(scratch, 'wrong.json');
  const wrong = commands(["sed -i 's/let sum = 0/let sum = 1/' lib/total.js"]);
  await writeFile(script, JSON.stringify({ turns: wrong }));
  const demo = await startDemo('wrong', '--script', script);
  const { code, stdout } = await demo.ended;
  expect(code).toBe(3);
  expect(resultOf(stdout)).toMatchObject({
    ok: false,
    outcome: 'unproven',
    verification: { verdict: 'unproven' },
    retry: null,
  });
  expect(await demo.left()).toEqual([]);
});

it('Ctrl-C while the App starts ends the demo cleanly', async () => {
  const demo = await startDemo('starting');
  await demo.says('The model is scripted');
  demo.child.kill('SIGINT');
  expect((await demo.ended).code).toBe(130);
  expect(await demo.left()).toEqual([]);
});

it('Ctrl-C in the middle of a run ends the demo cleanly, its sandboxes with it', async () => {
  const script = join(scratch, 'long.json');
  const long = `sleep 250.${process.pid}`;
  await writeFile(script, JSON.stringify({ turns: commands([long]) }));
  const demo = await startDemo('interrupted', '--script', script);
  await expect.poll(() => runWith(long), { timeout: 100_000 }).not.toBeNull();
  const run = await runWith(long);
  expect(run).not.toBeNull();
  demo.child.kill('SIGINT');
  expect((await demo.ended).code).toBe(130);
  expect(await demo.left()).toEqual([]);
  await expect.poll(() => containersOf({ id: run ?? '' }), { timeout: 10_000 }).toEqual([]);
});

/** The run in whose sandbox that command is at work: other tests have sandboxes of their own. */
async function runWith(command: string): Promise<string | null> {
  const { docker } = await testEngine();
  for (const { Id, Labels } of await docker.listContainers({ filters: { label: ['ai-fix.run'] } })) {
    const top = await docker
      .getContainer(Id)
      .top()
      .catch(() => ({ Processes: [] }));
    const processes: string[][] = top.Processes ?? [];
    if (processes.some((columns) => columns.at(-1) === command)) return Labels['ai-fix.run'] ?? null;
  }
  return null;
}
