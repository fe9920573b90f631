import { tmpdir } from 'node:os';
import Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { checkDatabase, type Waiting } from '../../src/health/check-database.ts';
import { checkDisk } from '../../src/health/check-disk.ts';
import { checkEngine } from '../../src/health/check-engine.ts';
import { checkRegistries } from '../../src/health/check-registries.ts';
import { createHealth } from '../../src/health/health.ts';
import { checkModel } from '../../src/health/model-trouble.ts';
import { createSlots } from '../../src/health/slots.ts';
import { hasImage } from '../../src/sandbox/has-image.ts';
import { openStore } from '../../src/store/store.ts';
import { startHttpServer } from '../support/http-server.ts';
import { findPostgres, startPostgres } from '../support/postgres.ts';
import { testEngine } from '../support/sandbox.ts';
import { openDirectory } from '../support/store.ts';

function engineCheck(docker: Docker, image: string) {
  return checkEngine({ image, ping: () => docker.ping(), hasImage: () => hasImage(docker, image) });
}

describe('the check of the Docker Engine', () => {
  it('is content with an Engine that has the image, and misses an image that it has not', async () => {
    const { docker, image } = await testEngine();
    expect(await engineCheck(docker, image).look()).toBeNull();
    const missing = await engineCheck(docker, 'ai-fix-sandbox:not-there').look();
    expect(missing).toContain('ai-fix-sandbox:not-there is gone from the Docker Engine: restart ai-fix');
  });

  it('tells of an Engine that is gone', async () => {
    const gone = new Docker({ socketPath: `${tmpdir()}/no-such-docker.sock` });
    expect(await engineCheck(gone, 'x').look()).toMatch(
      /^The Docker Engine does not answer \(.*ENOENT.*start it\.$/,
    );
  });

  it('tells in time of an Engine that takes connections and says nothing', async () => {
    await using silent = await startHttpServer(() => {});
    const { hostname: host, port } = new URL(silent.url);
    const hanging = engineCheck(new Docker({ host, port, protocol: 'http' }), 'x');
    const found = await createHealth([hanging], { patienceMs: 50 })();
    expect(found).toEqual([expect.stringContaining('The Docker Engine does not answer.')]);
  });
});

describe('the check of the disk', () => {
  const nothing = { freeBytes: 0, freeInodes: 0 };

  it('tells how much is left and how much is needed, of bytes and of files', async () => {
    expect(await checkDisk(tmpdir(), nothing).look()).toBeNull();
    const bytes = await checkDisk(tmpdir(), { ...nothing, freeBytes: 5e18 }).look();
    expect(bytes).toMatch(
      /^The disk of \S+ has [\d.]+ GB left, and 5000000000\.0 GB are needed: remove files/,
    );
    const files = await checkDisk(tmpdir(), { ...nothing, freeInodes: 1e18 }).look();
    expect(files).toMatch(/has room for \d+ more files/);
  });

  it('is content with a directory that is still to be made', async () => {
    expect(await checkDisk(`${tmpdir()}/never-made`, { freeBytes: 5e18, freeInodes: 0 }).look()).toBeNull();
  });
});

describe('the check of the registries', () => {
  it('tells of a directory that cannot be read, and by which variable it is named', async () => {
    expect(await checkRegistries(tmpdir()).look()).toBeNull();
    expect(await checkRegistries(`${tmpdir()}/never-made`).look()).toMatch(
      /^AI_FIX_REGISTRIES names \S+never-made, which cannot be read: ENOENT.*name another directory/,
    );
  });
});

const minutes = 60_000;

function databaseCheck(waiting: Waiting, { now = 10 * minutes, freeSince = 0 as number | null } = {}) {
  return checkDatabase({ waiting: async () => waiting, freeSince: () => freeSince, now: () => now });
}

describe('the check of the queue', () => {
  const old = { runs: 2, since: new Date(5 * minutes) };

  it('tells of a run that waits for minutes while there is room for it', async () => {
    expect(await databaseCheck(old).look()).toContain('The queue is stuck: 2 wait, the oldest for 5 minutes');
  });

  it.each([
    ['nothing waits', { runs: 0, since: null }, 0],
    ['what waits came just now', { runs: 1, since: new Date(9 * minutes) }, 0],
    ['there is no room', old, null],
    ['there is room only since just now', old, 9 * minutes],
  ])('is content when %s', async (_, waiting, freeSince) => {
    expect(await databaseCheck(waiting, { freeSince }).look()).toBeNull();
  });

  it('knows since when a process has room', () => {
    let now = 1;
    const slots = createSlots(2, () => now);
    slots.runTaken();
    expect(slots.freeSince()).toBe(1);
    slots.runTaken();
    expect(slots.freeSince()).toBeNull();
    now = 7;
    slots.runLeft();
    slots.runLeft();
    expect(slots.freeSince()).toBe(7);
    expect(createSlots(0).freeSince()).toBeNull();
  });
});

const programs = await findPostgres();

describe('the check of the database', () => {
  it('tells of one that is slow, with how long it took', async () => {
    let now = 0;
    const slow = checkDatabase({
      async waiting() {
        now += 1500;
        return { runs: 0, since: null };
      },
      freeSince: () => null,
      now: () => now,
    });
    expect(await slow.look()).toContain('took 1.5 s for a small question');
  });

  it.runIf(programs)('tells in time of a server that hangs, and of one that is gone', async () => {
    const errors: Error[] = [];
    const server = await startPostgres(programs ?? '');
    const store = await openStore({ databaseUrl: server.url }, { onError: (error) => errors.push(error) });
    const check = checkDatabase({ waiting: store.waiting, freeSince: () => null, now: Date.now });
    const health = createHealth([check], { patienceMs: 100, freshMs: 0 });
    expect(await check.look()).toBeNull();
    expect(check.waiting()).toBe(0);
    {
      using _paused = await server.pause();
      expect(await health()).toEqual([expect.stringContaining('The database does not answer. Look')]);
    }
    await server[Symbol.asyncDispose]();
    expect(await check.look()).toMatch(
      /^The database does not answer \(.+\)\. Look whether the server is up/,
    );
    expect(check.waiting()).toBeNull();
    await Promise.allSettled([store[Symbol.asyncDispose]()]);
  });
});

describe('the check of the model', () => {
  it('tells why runs wait for it, until it answers one', async () => {
    await using opened = await openDirectory();
    await using store = await openStore(opened.place);
    const check = checkModel(store.trouble);
    expect(await check.look()).toBeNull();
    const trouble = { code: 'model_out_of_money', why: 'The account has no money left.' } as const;
    await store.tripBreaker('run', trouble, () => 60);
    expect(await check.look()).toMatch(/^Runs wait since 20.+Z: The account has no money left\.$/);
    await store.resetBreaker();
    expect(await check.look()).toBeNull();
  });
});
