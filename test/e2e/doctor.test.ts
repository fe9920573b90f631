import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/core/diagnosis.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { removeEnvironments } from '../support/environments.ts';
import { startCli } from '../support/fix.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';
import { createSums, sumsFiles } from '../support/sums.ts';

let scratch: string;
const images = new Set<string>();

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-doctor-'));
});
afterAll(async () => {
  await removeEnvironments(images);
  await rm(scratch, { recursive: true, force: true });
});

async function examine({ directory }: TestRepository) {
  const { code, stdout } = await startCli(['doctor', '--json', '--repo', directory], {
    AI_FIX_DATA_DIR: join(scratch, 'data'),
  }).ended;
  const lines = stdout.trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as RunEvent | ({ type: 'doctor' } & Diagnosis));
  for (const event of events) if (event.type === 'environment_ready') images.add(event.image);
  return { code, events, diagnosis: events.at(-1) as Diagnosis };
}

describe('ai-fix doctor', () => {
  it('tells what it found of host and repository, and ends with 0 where the tests can be relied on', async () => {
    await using repository = await createSums();
    const { code, events, diagnosis } = await examine(repository);
    expect(diagnosis).toMatchObject({
      type: 'doctor',
      ok: true,
      sane: true,
      host: { engine: expect.stringMatching(/\d/), network: true, problems: [] },
      environment: { summary: 'Node 24, npm, node-test', tests: ['node --test'], cached: false },
      baseline: {
        counts: { passed: 3, failed: 0 },
        testFiles: { present: 2, collected: 2, missing: [] },
        failing: [],
        problem: null,
      },
      advice: [],
    });
    expect(events.map(({ type }) => type)).toContain('baseline_ready');
    expect(code).toBe(0);

    const { stdout } = await startCli(['doctor', '--repo', repository.directory], {
      AI_FIX_DATA_DIR: join(scratch, 'data'),
    }).ended;
    expect(stdout).toMatch(/results\s+3 passed, 0 failed/);
    expect(stdout).toContain('installed before');
    expect(stdout).toContain('test: node --test');
    expect(stdout).toContain('All is well');
  });

  it('names what fails and what gave no result, and ends with 1', async () => {
    await using repository = await createSums({
      'test/total.test.js':
        "import test from 'node:test';\ntest('breaks', () => { throw new Error('as it must'); });\n",
      'more/other.spec.ts': "it('is run by nobody', () => {});\n",
    });
    const { code, diagnosis } = await examine(repository);
    expect(diagnosis).toMatchObject({
      ok: false,
      sane: false,
      baseline: {
        failing: ['test/total.test.js > breaks'],
        testFiles: { present: 3, collected: 2, missing: ['more/other.spec.ts'] },
      },
    });
    expect(diagnosis.advice.join('\n')).toMatch(/2 of 3 test files[\s\S]*breaks/);
    expect(code).toBe(1);
  });

  it('takes another way whose baseline is sane, and tells what spoke against the first', async () => {
    const reading = "import test from 'node:test';\nimport { readFileSync } from 'node:fs';\n";
    await using repository = await createSums({
      'test/total.test.js': `${reading}test('reads', () => readFileSync('made.txt'));\n`,
      '.gitignore': 'made.txt\n',
      '.github/workflows/test.yml':
        'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n' +
        '      - run: touch made.txt\n      - run: node --test\n',
    });
    const { diagnosis, code } = await examine(repository);
    expect(diagnosis).toMatchObject({
      sane: true,
      environment: {
        summary: 'as .github/workflows/test.yml does it',
        notes: ['tried before: Node 24, npm, node-test: 1 of 2 tests pass'],
      },
      config: 'install: touch made.txt\ntest: node --test\n',
    });
    expect(code).toBe(0);
  });

  it('says what to do about a repository that it cannot set up', async () => {
    await using repository = await createRepository();
    await repository.commit({ 'README.md': sumsFiles['README.md'] ?? 'nothing here' }, 'No manifest');
    const { code, diagnosis } = await examine(repository);
    expect(diagnosis).toMatchObject({ sane: false, environment: null, baseline: null });
    expect(diagnosis.problem).toContain('no manifest');
    expect(diagnosis.problem).toContain('Put into .github/ai-fix.yml');
    expect(code).toBe(1);
  });
});
