import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnvironmentPlan, TestCommand } from '../../../src/core/environment.ts';
import type { TestSelection } from '../../../src/core/tests.ts';
import { runTests } from '../../../src/environment/run/run-tests.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { outcomes } from '../../support/environment-fixture.ts';
import { testSandbox } from '../../support/sandbox.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
  await write('a.test.js', `require('node:test').test('is in a', () => {});`);
  await write(
    'sub/b.test.js',
    `require('node:test').test('is in b', () => { throw new Error('b fails'); });`,
  );
});
afterAll(() => sandbox[Symbol.asyncDispose]());

async function write(path: string, text: string): Promise<void> {
  const script = `mkdir -p "$(dirname ${path})" && cat > ${path}`;
  await sandbox.run({ script, input: Buffer.from(text), timeoutSeconds: 20 });
}

const command = (script: string): TestCommand => ({
  runner: 'command',
  directory: '',
  options: [script],
  targets: [],
  env: {},
});
const nodeTest = (directory: string, targets: string[] = []): TestCommand => ({
  runner: 'node-test',
  directory,
  options: [],
  targets,
  env: {},
});

function run(
  tests: TestCommand[],
  more: Partial<EnvironmentPlan> & { selection?: TestSelection; seconds?: number } = {},
) {
  const { selection = 'all', seconds = 30, ...changes } = more;
  const plan: EnvironmentPlan = {
    summary: '',
    keyFiles: [],
    packageManager: 'none',
    setup: [],
    install: [],
    build: [],
    tests,
    env: {},
    ...changes,
  };
  const signal = new AbortController().signal;
  return runTests(sandbox, plan, { selection, timeoutSeconds: seconds, signal });
}

describe('a test command that', () => {
  it('hangs is stopped when its time is up, and the run says so', async () => {
    const { problem, cutShort, tests } = await run([command('echo begun; sleep 1000')], { seconds: 1 });
    expect({ problem, cutShort, tests: tests.size }).toEqual({
      problem: 'the test command was stopped after 1 s and left no report',
      cutShort: true,
      tests: 0,
    });
  });

  it('used up the time leaves none for the others, which are named and not begun', async () => {
    const commands = [command('sleep 1000'), { ...command('touch /tmp/begun'), directory: 'sub' }];
    const { problem } = await run(commands, { seconds: 1 });
    expect(problem).toBe(
      'the test command was stopped after 1 s and left no report; no time was left for sub',
    );
    const looked = await sandbox.run({ script: 'ls /tmp/begun', timeoutSeconds: 20 });
    expect(looked.exitCode).not.toBe(0);
  });

  it.each([
    [3, 'pytest ended with exit code 3'],
    [1, null],
  ])('reported a part and ended with %i is told from one whose tests fail', async (code, problem) => {
    const line = '{"id": "test_a.py::test_a", "status": "passed", "message": null}';
    await write('bin/python', `#!/bin/sh\necho '${line}' > "$AI_FIX_REPORT"\nexit ${code}\n`);
    await sandbox.run({ script: 'chmod +x bin/python', timeoutSeconds: 20 });
    const env = { PATH: '/workspace/bin:/usr/bin:/bin' };
    const found = await run([{ runner: 'pytest', directory: '', options: [], targets: [], env }]);
    expect({ problem: found.problem, tests: found.tests.size }).toEqual({ problem, tests: 1 });
  });

  it('asks for input gets none, and goes on', async () => {
    const { tests } = await run([command('read -p "Update snapshots? " answer; test -z "$answer"')]);
    expect(outcomes(tests.values())).toEqual(['passed: (the test command)']);
  });

  it('prints 50 MB leaves its end to read, and no more', async () => {
    const { tests, output } = await run([command('yes "a line" | head -c 50000000; echo the end')]);
    expect(outcomes(tests.values())).toEqual(['passed: (the test command)']);
    expect(output.endsWith('the end')).toBe(true);
    expect(output.length).toBeLessThan(20_000);
  });

  it('kills its own process group is told from one that fails', async () => {
    const { problem, cutShort } = await run([command('kill -KILL 0')]);
    expect(problem).toContain('ended by signal 9 from within');
    expect(cutShort).toBe(true);
  });

  it('leaves a daemon does not keep the next one waiting', async () => {
    const { tests, problem } = await run([
      command('sleep 1000 & disown; setsid sleep 1000 &'),
      nodeTest('', ['a.test.js']),
    ]);
    expect(problem).toBeNull();
    expect(outcomes(tests.values())).toEqual(['passed: (the test command)', 'passed: a.test.js > is in a']);
  });

  it('cannot start its runner is told with its exit code', async () => {
    const { problem, tests } = await run([nodeTest('', ['a.test.js'])], {
      env: { NODE_OPTIONS: '--require /nowhere.js' },
    });
    expect(tests.size).toBe(0);
    expect(problem).toContain('node-test ran no test and ended with exit code');
  });
});

describe('runTests', () => {
  it('names tests of a subdirectory from the root', async () => {
    const { tests } = await run([nodeTest('sub')]);
    expect(outcomes(tests.values())).toEqual(['failed: sub/b.test.js > is in b']);
    expect([...tests.values()].map(({ file }) => file)).toEqual(['sub/b.test.js']);
  });

  it('narrows each command to the files that are its own', async () => {
    const commands = [nodeTest('', ['a.test.js']), nodeTest('sub')];
    const { tests, problem } = await run(commands, { selection: { files: ['sub/b.test.js'] } });
    expect(problem).toBeNull();
    expect([...tests.keys()]).toEqual(['sub/b.test.js > is in b']);
  });

  it('runs no test when a build step fails, and shows what that printed', async () => {
    const found = await run([nodeTest('')], { build: ['true', 'echo cannot build; exit 2'] });
    expect(found).toMatchObject({
      problem: 'the build step `echo cannot build; exit 2` ended with exit code 2',
      cutShort: false,
      output: 'cannot build',
    });
    expect(found.tests.size).toBe(0);
  });

  it('takes a build that was stopped for a run that was cut short', async () => {
    const found = await run([nodeTest('')], { build: ['sleep 30'], seconds: 1 });
    expect(found).toMatchObject({ cutShort: true, problem: expect.stringContaining('was stopped after') });
  });

  it('builds before it tests, with the variables of the plan', async () => {
    const { tests } = await run([command('grep -q built artefact')], {
      build: ['echo "$WORD" > artefact'],
      env: { WORD: "it's built" },
    });
    expect(outcomes(tests.values())).toEqual(['passed: (the test command)']);
  });

  it('takes a test for failed when one of several of its name failed', async () => {
    await write(
      'twice.test.js',
      `const { test } = require('node:test');\ntest('x', () => {});\ntest('x', () => { throw 1; });\ntest('x', () => {});`,
    );
    const { tests } = await run([nodeTest('', ['twice.test.js'])]);
    expect(outcomes(tests.values())).toEqual(['failed: twice.test.js > x']);
  });

  it('has no problem with a runner that found no test and is content with that', async () => {
    await write('node_modules/.bin/mocha', '#!/bin/sh\nexit 0');
    await sandbox.run({ script: 'chmod +x node_modules/.bin/mocha', timeoutSeconds: 20 });
    const { problem, tests } = await run([{ ...nodeTest(''), runner: 'mocha' }, nodeTest('', ['a.test.js'])]);
    expect(problem).toBeNull();
    expect([...tests.keys()]).toEqual(['a.test.js > is in a']);
  });

  it('has a problem with a runner that fails without a test', async () => {
    const { problem, cutShort } = await run([
      { ...nodeTest(''), options: ['--no-such-option'] },
      nodeTest('', ['a.test.js']),
    ]);
    expect(problem).toContain('node-test ran no test and ended with exit code 9');
    expect(cutShort).toBe(false);
  });

  it('ends at once when the run is cancelled', async () => {
    const aborter = new AbortController();
    const plan = {
      summary: '',
      keyFiles: [],
      packageManager: 'none' as const,
      setup: [],
      install: [],
      build: [],
      env: {},
    };
    const running = runTests(
      sandbox,
      { ...plan, tests: [command('sleep 1000')] },
      { selection: 'all', timeoutSeconds: 60, signal: aborter.signal },
    );
    aborter.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

it('leaves out a program that knows no files where files of a runner are selected', async () => {
  const commands = [command('false'), nodeTest('')];
  const some = await run(commands, { selection: { files: ['a.test.js'] } });
  expect([...some.tests.keys()]).toEqual(['a.test.js > is in a']);
  const all = await run(commands);
  expect(all.tests.get('(the test command)')?.status).toBe('failed');
  const alone = await run([command('false')], { selection: { files: ['a.test.js'] } });
  expect(alone.tests.size).toBe(1);
});

it('says in which package no test ran', async () => {
  await write('packages/none/.keep', '');
  const found = await run([
    { ...nodeTest('packages/none'), options: ['--no-such-option'] },
    { ...nodeTest(''), options: ['--no-such-option'] },
  ]);
  expect(found.problem).toMatch(/^node-test in packages\/none ran no test .*; node-test ran no test/);
});

describe('builds of several packages', () => {
  const build = ['a', 'b', 'c'].map(
    (name) => `cd packages/${name} && echo ${name} >> /tmp/built && touch out`,
  );
  const built = async () => {
    await sandbox.run({ script: ': > /tmp/built', timeoutSeconds: 20 });
    await run([command('true')], { build });
    const { head } = await sandbox.run({ script: 'cat /tmp/built', timeoutSeconds: 20 });
    return head
      .toString('utf8')
      .split('\n')
      .filter((name) => name !== '');
  };

  it('run again only where what they are made of has changed', async () => {
    await write('packages/a/package.json', '{\n  "name": "@x/a"\n}');
    await write('packages/b/package.json', '{\n  "name": "b",\n  "dependencies": { "@x/a": "*" }\n}');
    await write('packages/c/package.json', '{\n  "name": "c",\n  "dependencies": { "b-other": "*" }\n}');
    expect(await built()).toEqual(['a', 'b', 'c']);
    expect(await built()).toEqual([]);
    await write('packages/c/src/deep.ts', '');
    expect(await built()).toEqual(['c']);
    await write('packages/a/src.ts', '');
    expect(await built()).toEqual(['a', 'b']);
    await sandbox.run({ script: 'rm packages/b/out', timeoutSeconds: 20 });
    expect(await built()).toEqual(['b']);
    await write('node_modules/x/index.js', '');
    await write('tsconfig.base.json', '{}');
    expect(await built()).toEqual(['a', 'b', 'c']);
  });
});
