import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evictUnused, removeUnknown } from '../../src/housekeeping/caches.ts';
import { type DataDirectory, openDataDirectory } from '../../src/housekeeping/data-directory.ts';
import { mirrorDirectory, repositoryName } from '../../src/housekeeping/kept-files.ts';
import { createLiveRuns } from '../../src/housekeeping/live-runs.ts';
import type { Housekeeping } from '../../src/housekeeping/ports.ts';
import {
  directoryLabel,
  environmentLabel,
  listKeptImages,
  repositoryLabel,
} from '../../src/sandbox/kept-images.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { testEngine } from '../support/sandbox.ts';

const hour = 3_600_000;
const now = new Date();
const ago = (hours: number) => new Date(now.getTime() - hours * hour);
const repository = { host: 'github.example:8443', id: 7 };

let path: string;
let data: DataDirectory;
let housekeeping: Housekeeping;
let known: Set<number>;
const removed: unknown[] = [];
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ai-fix-caches-'));
  data = await openDataDirectory(path);
  known = new Set([7, 8]);
  removed.length = 0;
  housekeeping = {
    data,
    live: createLiveRuns(),
    store: {
      deleteOld: async () => 0,
      forgetRemoved: async () => 0,
      isKnown: async ({ host, id }) => host === repository.host && known.has(id),
    },
    engine: null,
    cache: { days: 14, gigabytes: 1 },
    retentionDays: 30,
    log: { info: (facts) => removed.push(facts) },
    onError(error) {
      throw error;
    },
  };
});
afterEach(async () => {
  data[Symbol.dispose]();
  await rm(path, { recursive: true, force: true });
});

/** A mirror of so many bytes, used so many hours ago. */
async function mirror(id: number, hours: number, bytes = 1000): Promise<string> {
  const directory = mirrorDirectory(path, { ...repository, id });
  await mkdir(join(directory, 'objects/pack'), { recursive: true });
  await writeFile(join(directory, 'objects/pack/pack-1.pack'), Buffer.alloc(bytes, 1));
  await utimes(directory, ago(hours), ago(hours));
  return directory;
}

const isThere = (directory: string) =>
  stat(directory).then(
    () => true,
    () => false,
  );

describe('mirrors and baselines', () => {
  it('go when they were not used for long, and leave nothing in scratch', async () => {
    const [old, young] = [await mirror(7, 24 * 15), await mirror(8, 24 * 13)];
    await evictUnused(housekeeping, now);
    expect([await isThere(old), await isThere(young)]).toEqual([false, true]);
    expect(await readdir(data.scratch)).toEqual([]);
    expect(removed).toMatchObject([{ what: old }]);
  });

  it('go when all of them take too much, the oldest use first', async () => {
    const mirrors = [
      await mirror(7, 30, 3_000_000),
      await mirror(8, 20, 3_000_000),
      await mirror(9, 10, 3_000_000),
    ];
    await evictUnused({ ...housekeeping, cache: { days: 14, gigabytes: 0.007 } }, now);
    expect(await Promise.all(mirrors.map(isThere))).toEqual([false, true, true]);
  });

  it('stay while a run uses the repository, however old', async () => {
    const old = await mirror(7, 24 * 15);
    {
      using _run = housekeeping.live.enter('run', repositoryName(repository));
      await evictUnused(housekeeping, now);
      expect(await isThere(old)).toBe(true);
    }
    await evictUnused(housekeeping, now);
    expect(await isThere(old)).toBe(false);
  });

  it('go with their repository, once it is an hour that they were used', async () => {
    const [known7, gone, young] = [await mirror(7, 5), await mirror(9, 5), await mirror(10, 0.5)];
    await removeUnknown(housekeeping, now);
    expect(await Promise.all([known7, gone, young].map(isThere))).toEqual([true, false, true]);
  });
});

describe('environments', () => {
  async function environment(tag: string, labels: Record<string, string>): Promise<string> {
    const { docker } = await testEngine();
    const archive = tar.pack();
    archive.entry({ name: 'word' }, tag);
    archive.finalize();
    const changes = Object.entries({ [environmentLabel]: 'key', ...labels }).map(
      ([name, value]) => `LABEL ${name}=${value}`,
    );
    const name = `ai-fix-env:${tag}-${process.pid}`;
    const [repo, version] = name.split(':');
    const stream = await docker.importImage(Readable.from(archive), {
      repo,
      tag: version,
      changes: changes.join('\n'),
    });
    await new Promise((resolve, reject) => {
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve(null)));
    });
    return name;
  }

  it('go when they were not used for long or are too much, but not within hours of their use', async () => {
    const engine = await testEngine();
    const mine = { 'ai-fix.test': `caches-${process.pid}` };
    // those of others on this Engine are not for this test to remove
    const filter = encodeURIComponent(JSON.stringify([`ai-fix.test=caches-${process.pid}`]).slice(1, -1));
    await using proxy = await startEngineProxy((_, url) =>
      url.replace('%5B%22ai-fix', `%5B${filter}%2C%22ai-fix`),
    );
    const name = await environment('unused', mine);
    const caches = { ...housekeeping, engine: { ...engine, docker: proxy.docker } };
    const later = (hours: number) => new Date(Date.now() + hours * hour);
    expect(await listKeptImages(proxy.docker)).toHaveLength(1);
    const isThere = () =>
      engine.docker
        .getImage(name)
        .inspect()
        .then(
          () => true,
          () => false,
        );
    try {
      await evictUnused(caches, later(24 * 13));
      expect(await isThere()).toBe(true);
      await evictUnused({ ...caches, cache: { days: 14, gigabytes: 0 } }, later(2));
      expect(await isThere()).toBe(true);
      await evictUnused({ ...caches, cache: { days: 14, gigabytes: 0 } }, later(4));
      expect(await isThere()).toBe(false);
      await environment('unused', mine);
      await evictUnused(caches, later(24 * 15));
      expect(await isThere()).toBe(false);
      expect(await listKeptImages(proxy.docker)).toEqual([]);
    } finally {
      await engine.docker
        .getImage(name)
        .remove()
        .catch(() => {});
    }
  });

  it('go with their repository when this data directory has installed them, and no others', async () => {
    const engine = await testEngine();
    const { directory } = data.owner;
    const ours = (id: number) => ({
      [repositoryLabel]: repositoryName({ ...repository, id }),
      [directoryLabel]: directory,
    });
    const images = await Promise.all([
      environment('known', ours(7)),
      environment('gone', ours(9)),
      environment('others', { ...ours(9), [directoryLabel]: 'elsewhere' }),
      environment('local', {}),
    ]);
    const areThere = () =>
      Promise.all(
        images.map((name) =>
          engine.docker
            .getImage(name)
            .inspect()
            .then(
              () => true,
              () => false,
            ),
        ),
      );
    try {
      await removeUnknown({ ...housekeeping, engine }, now);
      expect(await areThere()).toEqual([true, true, true, true]);
      await removeUnknown({ ...housekeeping, engine }, new Date(Date.now() + 2 * hour));
      expect(await areThere()).toEqual([true, false, true, true]);
    } finally {
      await Promise.all(
        images.map((name) =>
          engine.docker
            .getImage(name)
            .remove()
            .catch(() => {}),
        ),
      );
    }
  });
});
