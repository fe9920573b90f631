import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDataDirectory } from '../../src/housekeeping/data-directory.ts';
import { removeMirrorLeftovers, startHousekeeping } from '../../src/housekeeping/housekeeping.ts';
import { mirrorDirectory } from '../../src/housekeeping/kept-files.ts';
import { createLiveRuns } from '../../src/housekeeping/live-runs.ts';
import { removeLocalLeftovers } from '../../src/housekeeping/local-leftovers.ts';
import { containerOptions } from '../../src/sandbox/container-options.ts';
import { testEngine } from '../support/sandbox.ts';

async function makeDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'ai-fix-housekeeping-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

it('removes at once what an earlier process left, and goes on when one chore fails', async () => {
  await using made = await makeDirectory();
  using data = await openDataDirectory(made.path);
  const engine = await testEngine();
  const { docker, image, limits } = engine;
  const spec = {
    image,
    limits,
    purpose: 'agent',
    network: 'none',
    env: {},
    runId: 'dead',
    lifetimeSeconds: 600,
    owner: { ...data.owner, start: 'before' },
  } as const;
  const orphan = await docker.createContainer(
    containerOptions(spec, new Date(), { sizeOption: false, ipv6: false }),
  );
  const errors: unknown[] = [];
  const asked: number[] = [];
  {
    await using _housekeeping = startHousekeeping({
      data,
      live: createLiveRuns(),
      store: {
        forgetRemoved: async () => {
          throw new Error('the database is away');
        },
        deleteOld: async (days) => asked.push(days),
        isKnown: async () => true,
      },
      engine,
      cache: { days: 14, gigabytes: 1000 },
      retentionDays: 30,
      log: { info() {} },
      onError: (error) => errors.push(error),
    });
    await expect.poll(() => asked, { timeout: 30_000 }).toEqual([30]);
  }
  await expect(orphan.inspect()).rejects.toMatchObject({ statusCode: 404 });
  expect(errors).toMatchObject([{ message: 'the database is away' }]);
});

it('clears every mirror of what git left half', async () => {
  await using made = await makeDirectory();
  using data = await openDataDirectory(made.path);
  const left = [7, 8].map((id) =>
    join(mirrorDirectory(made.path, { host: 'github.com', id }), 'shallow.lock'),
  );
  for (const path of left) {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, '');
  }
  await removeMirrorLeftovers(data, new Date(Date.now() + 1000));
  expect(await Promise.all(left.map(isThere))).toEqual([false, false]);
});

it('clears local runs of their scratch a day later, and keeps what they found', async () => {
  await using made = await makeDirectory();
  const directory = join(made.path, 'fix', 'fix-1');
  for (const name of ['git-old', 'git-young']) await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, 'change.patch'), '');
  const longAgo = new Date(Date.now() - 25 * 3_600_000);
  for (const name of ['git-old', 'change.patch']) await utimes(join(directory, name), longAgo, longAgo);
  await removeLocalLeftovers(made.path, new Date());
  const found = ['git-old', 'git-young', 'change.patch'].map((name) => isThere(join(directory, name)));
  expect(await Promise.all(found)).toEqual([false, true, true]);
});
