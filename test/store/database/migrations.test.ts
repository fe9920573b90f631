import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/database/database.ts';
import { migrate } from '../../../src/store/database/migrate.ts';
import { migrations } from '../../../src/store/database/migrations.ts';
import { openPg } from '../../../src/store/database/pg-database.ts';
import { openPglite } from '../../../src/store/database/pglite-database.ts';
import { checkEvents, checkRequest } from '../../../src/store/runs/check-stored.ts';
import { getRun } from '../../../src/store/runs/find-runs.ts';
import { readEvents } from '../../../src/store/runs/run-events.ts';
import { openStore } from '../../../src/store/store.ts';
import { openDirectory, places } from '../../support/store.ts';

const fixture = (name: string) => readFile(new URL(`../../fixtures/store/${name}`, import.meta.url), 'utf8');
const rows = await fixture('version-1.sql');
const work = await fixture('version-1-at-work.sql');

const tables = ['deliveries', 'budget', 'runs', 'run_events'];

/** Every row of the first version's tables, as far as that version knows them. */
async function readAll(database: Database, columns: readonly Column[]): Promise<unknown[]> {
  const found = tables.map((table) => {
    const names = columns.filter((column) => column.table === table).map(({ name }) => `${name}::text`);
    return database.query(`SELECT ${names.join(', ')} FROM ai_fix.${table} ORDER BY 1, 2`);
  });
  return Promise.all(found);
}

interface Column {
  table: string;
  name: string;
  type: string;
  /** Whether a row can be written without it. */
  optional: boolean;
}

function columnsOf(database: Database): Promise<Column[]> {
  return database.query<Column>(
    `SELECT table_name AS table, column_name AS name, data_type AS type,
       is_nullable = 'YES' OR column_default IS NOT NULL AS optional
     FROM information_schema.columns WHERE table_schema = 'ai_fix' ORDER BY table_name, ordinal_position`,
  );
}

describe.each(places)('a database of the first version on $name', ({ open }) => {
  const opened = new AsyncDisposableStack();
  let database: Database;
  let first: Column[];
  let written: unknown[];
  beforeAll(async () => {
    const { place } = opened.use(await open());
    const fail = (error: Error) => {
      throw error;
    };
    database = opened.use(
      'directory' in place ? await openPglite(place.directory) : await openPg(place.databaseUrl, fail),
    );
    await migrate(database, migrations.slice(0, 1));
    await database.query(rows);
    first = (await columnsOf(database)).filter(({ table }) => table !== 'migrations');
    written = await readAll(database, first);
  });
  afterAll(() => opened.disposeAsync());

  it('is brought up to date step by step, while a process of that version is at work', async () => {
    for (let step = 1; step <= migrations.length; step++) {
      await migrate(database, migrations.slice(0, step));
      await database.query(work.replaceAll(':n', String(step + 9)));
    }
    const done = await database.query(
      "SELECT usd FROM ai_fix.runs WHERE id LIKE 'old-%' AND state = 'ended'",
    );
    expect(done).toEqual(migrations.map(() => ({ usd: 0.25 })));
    const spent = await database.query(
      'SELECT spent_usd, reserved_usd FROM ai_fix.budget WHERE spent_usd = 0.25',
    );
    expect(spent).toEqual(migrations.map(() => ({ spent_usd: 0.25, reserved_usd: 0 })));
    for (const table of ['runs', 'deliveries', 'budget']) {
      const key = { runs: 'id', deliveries: 'guid', budget: 'day::text' }[table];
      await database.query(
        `DELETE FROM ai_fix.${table} WHERE ${key} LIKE 'old-%' OR ${key} LIKE '2026-02-%'`,
      );
    }
    expect(await readAll(database, first)).toEqual(written);
  });

  it('is only added to: what that version reads and writes stays as it was', async () => {
    const now = await columnsOf(database);
    expect(now).toEqual(expect.arrayContaining(first));
    const added = now.filter(
      ({ table, name }) => !first.some((one) => one.table === table && one.name === name),
    );
    const needed = added.filter(({ table, optional }) => tables.includes(table) && !optional);
    expect(needed).toEqual([]);
  });

  it('has every row in a form that this version reads', async () => {
    const runs = await database.query<{ id: string }>('SELECT id FROM ai_fix.runs ORDER BY id');
    expect(runs).toHaveLength(3);
    for (const { id } of runs) {
      const run = await getRun(database, id);
      if (run === null) throw new Error('a run is gone');
      checkRequest(id, run.request);
      checkEvents(id, 0, await readEvents(database, id, 0));
    }
    const [, , , turn] = await readEvents(database, '01kdzv7q5x0000000b', 0);
    expect(JSON.stringify(turn?.event)).toContain(
      '"reasoning_content":"A look \\u0000 first.","tool_calls":[{"id":"c1","type":"function","function":{"name":"bash","arguments":"{\\"z\\":1,\\"a\\":2}"}}]',
    );
  });
});

it('a store opens a database of the first version, and its rows mean what they meant', async () => {
  await using made = await openDirectory();
  {
    await using old = await openPglite(made.place.directory);
    await migrate(old, migrations.slice(0, 1));
    await old.query(rows);
  }
  await using store = await openStore(made.place);
  expect(await store.latestRun({ host: 'github.com', id: 8589934601 }, 7)).toMatchObject({
    end: { outcome: 'proven', published: { pull: 12 } },
  });
  expect(await store.forgetRemoved()).toBe(0);
  await store.requestCancel('01kdzv7q5x0000000c', 'ai-fix was uninstalled');
  expect(await store.forgetRemoved()).toBe(2);
  expect(await store.getRun('01kdzv7q5x0000000c')).toBeNull();
});
