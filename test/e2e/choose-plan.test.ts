import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeEnvironments } from '../support/environments.ts';
import { runFix, write } from '../support/fix.ts';
import type { TestRepository } from '../support/repository.ts';
import { createSums, fixedTotal, newTest, sumsFiles, sumsIssue } from '../support/sums.ts';

const images = new Set<string>();
const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-e2e-'));
afterAll(async () => {
  await removeEnvironments(images);
  await rm(scratch, { recursive: true, force: true });
});

const trueFix = [
  write('lib/total.js', fixedTotal),
  write('test/total.test.js', sumsFiles['test/total.test.js'] + newTest),
];

async function fix({ directory }: TestRepository) {
  const { events, outcome } = await runFix({ directory, issue: sumsIssue, scratch, images }, trueFix);
  return { ready: events.filter((event) => event.type === 'environment_ready'), outcome };
}

it('goes on with the tests of one language where those of two cannot be installed, and tells', async () => {
  const python = { 'setup.py': 'raise SystemExit("not on this machine")\n', 'test/test_sums.py': '' };
  await using repository = await createSums(python);
  const { ready, outcome } = await fix(repository);
  expect(ready.map(({ summary }) => summary)).toEqual(['Node 24, npm, node-test']);
  expect(ready[0]?.notes[0]).toMatch(/^tried before: Node .* \+ Python .*could not be installed/);
  expect(outcome).toMatchObject({ outcome: 'proven', verification: { newly_red: [] } });
});

it('goes on as CI does where no test file can be loaded after the first way', async () => {
  await using repository = await createSums({
    ...Object.fromEntries(
      Object.entries(sumsFiles)
        .filter(([path]) => path.startsWith('test/'))
        .map(([path, text]) => [path, `import '../made/here.js';\n${text}`]),
    ),
    '.gitignore': 'made/\n',
    '.github/workflows/ci.yml':
      'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n' +
      '      - run: mkdir -p made && touch made/here.js\n      - run: npm ci\n      - run: node --test\n',
  });
  const { ready } = await fix(repository);
  expect(ready.map(({ summary }) => summary)).toEqual([
    'Node 24, npm, node-test',
    'as .github/workflows/ci.yml does it',
  ]);
  expect(ready[1]?.notes[0]).toMatch(/^tried before: .*no test file could be loaded/s);
});

/** Most of its tests read a file that only CI's steps make. */
function createMade(steps: string) {
  const test = sumsFiles['test/total.test.js'] as string;
  const reading = ['reads', 'reads again'].map(
    (name) => `test('${name}', () => readFileSync('made.txt'));\n`,
  );
  return createSums({
    'test/total.test.js': `import { readFileSync } from 'node:fs';\n${test}${reading.join('')}`,
    '.gitignore': 'made.txt\n',
    '.github/workflows/ci.yml': `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`,
  });
}

it('goes on as CI does where most tests fail after the first way, and the next run knows it', async () => {
  await using repository = await createMade('      - run: touch made.txt\n      - run: node --test\n');
  const first = await fix(repository);
  expect(first.ready.map(({ summary }) => summary)).toEqual([
    'Node 24, npm, node-test',
    'as .github/workflows/ci.yml does it',
  ]);
  expect(first.ready[1]?.notes[0]).toMatch(/^tried before: .*: 3 of 5 tests pass$/);
  const second = await fix(repository);
  expect(second.ready.at(-1)?.notes[0]).toMatch(/^tried before: .*: another way was better before$/);
});

it('keeps to the first way where most tests fail after every way', async () => {
  await using repository = await createMade('      - run: node --test --test-timeout=60000\n');
  const { ready } = await fix(repository);
  expect(ready.map(({ summary }) => summary)).toEqual([
    'Node 24, npm, node-test',
    'as .github/workflows/ci.yml does it',
    'Node 24, npm, node-test',
  ]);
});
