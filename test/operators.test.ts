import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppConfig } from '../src/app-config.ts';
import { healthOf, type Operated } from '../src/operators.ts';
import { testEngine } from './support/sandbox.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ai-fix-operators-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const well: Operated = {
  engine: null,
  store: { waiting: async () => ({ runs: 0, since: null }), trouble: async () => null },
  slots: { freeSince: () => null },
};
const healthWith = (change: Partial<Operated>, registries?: string) =>
  healthOf({ dataDirectory: directory, registries } as AppConfig, { ...well, ...change });

const trouble = {
  code: 'model_out_of_money',
  why: 'The account has no money left.',
  since: '2026-03-01T10:00:00Z',
} as const;

describe('the health of a process', () => {
  it('is well where it has all that it needs, and then it can run', async () => {
    const { health, canRun } = healthWith({ engine: await testEngine() }, directory);
    expect(await health()).toEqual([]);
    expect(await canRun()).toBe(true);
  });

  it('tells of all that is wrong at once', async () => {
    const gone = new Docker({ socketPath: join(directory, 'no-such-docker.sock') });
    const { limits } = await testEngine();
    const engine = { docker: gone, image: 'x', limits: { ...limits, freeBytes: 5e18 } };
    const waiting = () => Promise.reject(new Error('no connection'));
    const { health, canRun } = healthWith(
      { engine, store: { waiting, trouble: async () => trouble } },
      join(directory, 'nowhere'),
    );
    expect(await health()).toEqual([
      expect.stringContaining('The database does not answer (no connection)'),
      expect.stringContaining(`The disk of ${directory} has`),
      expect.stringContaining('The Docker Engine does not answer'),
      expect.stringContaining('AI_FIX_REGISTRIES names'),
      expect.stringContaining('The account has no money left.'),
    ]);
    expect(await canRun()).toBe(false);
  });

  it('lets it take runs while only the model fails: one of them has to try', async () => {
    const { health, canRun } = healthWith({
      engine: await testEngine(),
      store: { ...well.store, trouble: async () => trouble },
    });
    expect(await health()).toHaveLength(1);
    expect(await canRun()).toBe(true);
  });

  it('does not ask for an Engine where no runs are taken', async () => {
    const { health } = healthWith({ engine: null });
    expect(await health()).toEqual([]);
  });
});
