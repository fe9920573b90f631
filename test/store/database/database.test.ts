import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database/database.ts';
import { lockFor } from '../../../src/store/database/database.ts';
import { migrate } from '../../../src/store/database/migrate.ts';
import { migrations } from '../../../src/store/database/migrations.ts';
import { openPg } from '../../../src/store/database/pg-database.ts';
import { openPglite } from '../../../src/store/database/pglite-database.ts';
import { places } from '../../support/store.ts';

describe.each(places)('$name', ({ open }) => {
  const opened = new AsyncDisposableStack();
  let database: Database;
  beforeAll(async () => {
    const { place } = opened.use(await open());
    database = opened.use(
      'directory' in place
        ? await openPglite(place.directory)
        : await openPg(place.databaseUrl, (error) => {
            throw error;
          }),
    );
    await database.query("CREATE TABLE words (word text PRIMARY KEY); INSERT INTO words VALUES ('here')");
  });
  afterAll(() => opened.disposeAsync());

  const wordsLike = async (pattern: string) =>
    (await database.query<{ word: string }>('SELECT word FROM words WHERE word LIKE $1', [pattern])).map(
      ({ word }) => word,
    );

  it('gives rows, and those of the last of several statements too', async () => {
    expect(await database.query('SELECT 1 AS one; SELECT word FROM words')).toContainEqual({ word: 'here' });
    expect(await wordsLike('here')).toEqual(['here']);
  });

  it('gives back the same values that it was given', async () => {
    const time = new Date('2026-01-02T03:04:05.678Z');
    const json = '{"z":1,"a":"\\u0000\\ud800"}';
    const [row] = await database.query<{ time: Date; json: unknown; number: number; nothing: null }>(
      'SELECT $1::timestamptz AS time, $2::json AS json, $3::double precision AS number, $4::text AS nothing',
      [time, json, 0.1, null],
    );
    expect(row).toEqual({ time, json: { z: 1, a: '\u0000\ud800' }, number: 0.1, nothing: null });
    expect(JSON.stringify(row?.json)).toBe(json);
  });

  it('commits a transaction that resolves', async () => {
    const result = await database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO words VALUES ($1)', ['kept']);
      return 42;
    });
    expect(result).toBe(42);
    expect(await wordsLike('kept')).toEqual(['kept']);
  });

  it('rolls back a transaction that rejects, with the reason it rejected with', async () => {
    const reason = new Error('changed my mind');
    const rejected = database.transaction(async (transaction) => {
      await transaction.query('INSERT INTO words VALUES ($1)', ['dropped']);
      throw reason;
    });
    await expect(rejected).rejects.toBe(reason);
    expect(await wordsLike('dropped')).toEqual([]);
  });

  it('goes on after a statement that failed within a transaction', async () => {
    await expect(
      database.transaction((transaction) => transaction.query('INSERT INTO words VALUES ($1)', ['here'])),
    ).rejects.toThrow('duplicate key');
    expect(await wordsLike('here')).toEqual(['here']);
  });

  it('keeps transactions with the same lock apart', async () => {
    await database.query('CREATE TABLE counter (value integer); INSERT INTO counter VALUES (0)');
    const countUp = () =>
      database.transaction(async (transaction) => {
        await lockFor(transaction, 'claim');
        const [row] = await transaction.query<{ value: number }>('SELECT value FROM counter');
        await transaction.query('UPDATE counter SET value = $1', [(row?.value ?? 0) + 1]);
      });
    await Promise.all(Array.from({ length: 20 }, countUp));
    expect(await database.query('SELECT value FROM counter')).toEqual([{ value: 20 }]);
  });

  it('migrates once, however many processes begin at the same time', async () => {
    await Promise.all([migrate(database), migrate(database), migrate(database)]);
    const applied = await database.query('SELECT number, name FROM ai_fix.migrations ORDER BY number');
    expect(applied).toEqual(migrations.map(({ name }, index) => ({ number: index + 1, name })));
  });

  it('applies all of a migration or nothing, and goes on from there', async () => {
    await migrate(database);
    const broken = { name: 'broken', sql: 'CREATE TABLE ai_fix.half (id integer); SELECT 1 / 0' };
    await expect(migrate(database, [...migrations, broken])).rejects.toThrow('division by zero');
    await expect(database.query('SELECT * FROM ai_fix.half')).rejects.toThrow('does not exist');
    await migrate(database, migrations);
  });

  it('refuses tables of a newer version in words', async () => {
    await migrate(database);
    await expect(migrate(database, migrations.slice(1))).rejects.toMatchObject({
      code: 'data_too_new',
      message: expect.stringContaining('newer ai-fix'),
    });
  });
});

it('says where no server answers, without the password', async () => {
  const opening = openPg('postgres://ann:secret@127.0.0.1:1/fixes', () => undefined);
  await expect(opening).rejects.toMatchObject({
    code: 'database_unavailable',
    message: expect.stringMatching(/127\.0\.0\.1:1\/fixes.*DATABASE_URL/s),
  });
  await expect(opening).rejects.not.toThrow('secret');
});

/** Stands before a server; from `cut` on, what goes through its connections is lost, as when a host loses its power. */
async function startWire(to: URL) {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    sockets.push(near, far);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(to);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cut: () => {
      for (const socket of sockets) socket.unpipe();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const server = places.find(({ name }) => name === 'a PostgreSQL server');

it.skipIf(server === undefined)(
  'takes a connection that says nothing any more for lost, and makes a new one',
  async () => {
    await using opened = await server?.open();
    const place = opened?.place;
    if (place === undefined || !('databaseUrl' in place)) throw new Error('no server to try it on');
    await using wire = await startWire(new URL(place.databaseUrl));
    await using database = await openPg(wire.url, () => undefined, 300);
    const transaction = database.transaction(async ({ query }) => {
      await query('SELECT 1');
      wire.cut();
      await query('SELECT 2');
    });
    await expect(transaction).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await database.query('SELECT 3 AS three')).toEqual([{ three: 3 }]);
  },
);
