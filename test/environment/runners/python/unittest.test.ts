import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestSelection } from '../../../../src/core/tests.ts';
import { emptyPlan } from '../../../../src/environment/detect/plans.ts';
import { runTests } from '../../../../src/environment/run/run-tests.ts';
import type { Sandbox } from '../../../../src/sandbox/sandbox.ts';
import { environmentFixture, outcomes } from '../../../support/environment-fixture.ts';
import { testSandbox } from '../../../support/sandbox.ts';

const suite = ['__init__', 'documented', 'test_broken', 'test_cart', 'test_documented', 'test_left_out'];

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
  for (const name of suite) {
    const path = `tests/${name}.py`;
    const input = Buffer.from(await environmentFixture(`unittest/suite/${path}.txt`));
    await sandbox.run({ script: `mkdir -p tests && cat > ${path}`, input, timeoutSeconds: 20 });
  }
});
afterAll(() => sandbox[Symbol.asyncDispose]());

async function run(selection: TestSelection, options: string[] = []): Promise<string[]> {
  const test = { runner: 'unittest', directory: '', options, targets: [], env: {} } as const;
  const plan = { ...emptyPlan, tests: [{ ...test, targets: [], options }] };
  const signal = new AbortController().signal;
  const { tests } = await runTests(sandbox, plan, { selection, timeoutSeconds: 60, signal });
  return outcomes(tests.values());
}

describe('unittest in the sandbox', () => {
  it('reports the whole suite', async () => {
    const expected = await environmentFixture('unittest/python-3.11.expected.txt');
    expect((await run('all')).sort()).toEqual(expected.trimEnd().split('\n').sort());
  });

  it.each<[string, string, string[]]>([
    ['that holds documented examples', 'tests/test_documented.py', ['failed: tests.documented.double']],
    ['that cannot be loaded', 'tests/test_broken.py', ['failed: tests.test_broken']],
    ['that is left out', 'tests/test_left_out.py', ['skipped: tests.test_left_out']],
    ['that is none of the suite’s', 'tests/documented.py', []],
  ])('runs one file alone, %s', async (_what, file, expected) => {
    expect(await run({ files: [file] })).toEqual(expected);
  });

  it('names a file that cannot be loaded where discovery starts elsewhere', async () => {
    const found = await run({ files: ['tests/test_broken.py'] }, ['-s', 'tests']);
    expect(found).toEqual(['failed: test_broken']);
  });
});
