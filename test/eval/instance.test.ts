import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInstances, selectInstances } from '../../src/eval/instance.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-instances-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const write = async (...lines: (object | string)[]) => {
  const path = join(scratch, 'instances.jsonl');
  await writeFile(
    path,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  );
  return path;
};

const published = {
  instance_id: 'owner__name-12',
  repo: 'owner/name',
  base_commit: 'a'.repeat(40),
  problem_statement: 'It fails.',
  patch: 'diff --git a/x b/x\n',
  test_patch: 'diff --git a/test_x b/test_x\n',
  hints_text: 'look at x',
  version: '1.0',
  environment_setup_commit: 'b'.repeat(40),
  FAIL_TO_PASS: '["test_x (m.C)"]',
  PASS_TO_PASS: '[]',
};

describe('readInstances', () => {
  it('reads them as SWE-bench publishes them, lists as JSON text', async () => {
    const [instance] = await readInstances(await write(published, ''));
    expect(instance).toMatchObject({
      FAIL_TO_PASS: ['test_x (m.C)'],
      PASS_TO_PASS: [],
      test_patch: published.test_patch,
    });
  });

  it('reads them with lists, with an install_config, and with a fix as a commit', async () => {
    const { patch: _, test_patch: __, ...rest } = published;
    const more = {
      FAIL_TO_PASS: ['a'],
      fix_commit: 'c'.repeat(40),
      source_files: ['x.js'],
      test_files: ['x.test.js'],
    };
    const path = await write({ ...rest, ...more, install_config: { python: '3.9' } });
    expect(await readInstances(path)).toMatchObject([{ ...more, patch: '', PASS_TO_PASS: [] }]);
  });

  it.each<[string, (object | string)[], string]>([
    ['a line that is no JSON', [published, '{"instance_id": '], 'line 2'],
    ['a commit that is none', [{ ...published, base_commit: 'main' }], 'whole commit id'],
    ['an id that would leave the directory', [{ ...published, instance_id: '../../etc' }], 'instance_id'],
    ['a list that is no list', [{ ...published, FAIL_TO_PASS: 'test_x' }], 'line 1'],
    ['an instance twice', [published, published], 'twice'],
    ['nothing', [''], 'no instance'],
  ])('refuses %s in words', async (_, lines, words) => {
    await expect(readInstances(await write(...lines))).rejects.toThrow(words);
  });

  it('refuses a file that is not there in words', async () => {
    await expect(readInstances(join(scratch, 'none.jsonl'))).rejects.toThrow('cannot be read');
  });
});

describe('selectInstances', () => {
  it('takes those whose id holds a name, and refuses a name that fits none', async () => {
    const all = await readInstances(await write(published, { ...published, instance_id: 'owner__name-34' }));
    expect(selectInstances(all, null)).toHaveLength(2);
    expect(selectInstances(all, ['-34'])).toMatchObject([{ instance_id: 'owner__name-34' }]);
    expect(() => selectInstances(all, ['-34', 'nobody'])).toThrow('nobody');
  });
});
