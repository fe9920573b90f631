import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noUsage } from '../../src/core/conversation.ts';
import type { InstanceResult } from '../../src/eval/result.ts';
import { openResultsFile } from '../../src/eval/results-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ai-fix-results-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const settings = { model: 'deepseek-v4-pro', gold: null };
const result = (id: string, more: Partial<InstanceResult> = {}): InstanceResult => ({
  id,
  outcome: 'proven',
  stage: 'verify',
  why: 'because',
  patch: 'diff',
  proven: true,
  score: null,
  proof: null,
  fail_to_pass_in_proof: null,
  environment: null,
  usage: { ...noUsage, usd: 0, steps: 0 },
  seconds: 1,
  stages: {},
  again: false,
  ...more,
});

describe('the results file', () => {
  it('gives back what was finished, and lets be tried again what was not', async () => {
    const file = await openResultsFile(directory, settings);
    await file.append(result('one'));
    await file.append(result('two', { again: true }));
    const { finished, results } = await openResultsFile(directory, settings);
    expect([...finished]).toEqual(['one']);
    expect(results.get('two')).toMatchObject({ again: true });
  });

  it('loses no more than the line that a kill cut off', async () => {
    const file = await openResultsFile(directory, settings);
    await file.append(result('one'));
    await appendFile(join(directory, 'results.jsonl'), '{"v":1,"model":"deepseek-v4-pro","result":{"id":"tw');
    const second = await openResultsFile(directory, settings);
    expect([...second.finished]).toEqual(['one']);
    await second.append(result('two'));
    expect([...(await openResultsFile(directory, settings)).finished]).toEqual(['one', 'two']);
  });

  it('takes the newest of several results', async () => {
    const file = await openResultsFile(directory, settings);
    await file.append(result('one', { again: true, why: 'the network failed' }));
    await file.append(result('one', { why: 'it worked' }));
    const { finished, results } = await openResultsFile(directory, settings);
    expect([...finished]).toEqual(['one']);
    expect(results.get('one')?.why).toBe('it worked');
  });

  it('refuses the directory of another evaluation in words', async () => {
    await (await openResultsFile(directory, settings)).append(result('one'));
    await expect(openResultsFile(directory, { ...settings, attempts: '2' })).rejects.toThrow(
      'deepseek-v4-pro, not deepseek-v4-pro, attempts: 2',
    );
    await expect(openResultsFile(directory, { model: 'gold', gold: 'all' })).rejects.toThrow(
      /another evaluation \(deepseek-v4-pro, not gold: all\).*--out/,
    );
  });
});
