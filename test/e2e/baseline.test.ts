import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeEnvironments } from '../support/environments.ts';
import { runFix } from '../support/fix.ts';
import type { TestRepository } from '../support/repository.ts';
import { createSums, sumsIssue } from '../support/sums.ts';

let scratch: string;
const images = new Set<string>();

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-baseline-'));
});
afterAll(async () => {
  await removeEnvironments(images);
  await rm(scratch, { recursive: true, force: true });
});

function fix({ directory }: TestRepository, commands: string[]) {
  return runFix({ directory, issue: sumsIssue, scratch, images }, commands, [], []);
}

/** Fails when it runs for the first time in a sandbox. */
const flakyTest = `import { existsSync, writeFileSync } from 'node:fs';
import test from 'node:test';
test('needs a second try', () => {
  const isFirst = !existsSync('/tmp/tried');
  writeFileSync('/tmp/tried', '');
  if (isFirst) throw new Error('the first try');
});
`;

describe('the baseline', () => {
  it('finds flaky tests by repeating what failed, and keeps that for later runs', async () => {
    await using repository = await createSums({ 'test/zz-flaky.test.js': flakyTest });
    for (const cached of [false, true]) {
      const { events, outcome } = await fix(repository, [
        'touch lib/more.js && echo "// more" >> lib/more.js',
      ]);
      expect(events.find((event) => event.type === 'baseline_ready')).toMatchObject({
        cached,
        counts: { passed: 3, failed: 1, flaky: 1 },
      });
      expect(outcome.verification).toMatchObject({
        flaky: ['test/zz-flaky.test.js > needs a second try'],
        newly_red: [],
        already_red: [],
      });
    }
  });

  it('lets the agent begin at once where tests ran before, and ends the run when they do not run now', async () => {
    await using repository = await createSums();
    const first = await fix(repository, []);
    expect(first.outcome.outcome).toBe('no_change');
    await repository.commit({ 'test/total.test.js': null, 'test/mean.test.js': null }, 'No tests any more');
    const { outcome, requests } = await fix(repository, ['sleep 120']);
    expect(requests).toBeGreaterThan(0);
    expect(outcome).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('do not run on the base'),
    });
  });

  it('goes on without tests where the repository allows it, and says that nothing is proven', async () => {
    await using repository = await createSums({
      '.github/ai-fix.yml': 'allow_without_tests: true\ntest: node --test none\n',
    });
    const { outcome } = await fix(repository, ['echo "// more" >> lib/total.js']);
    expect(outcome).toMatchObject({ outcome: 'unproven', why: expect.stringContaining('could not be run') });
  });
});
