import { describe, expect, it } from 'vitest';
import { openPg } from '../../src/store/database/pg-database.ts';
import { openPglite } from '../../src/store/database/pglite-database.ts';
import type { ClaimedRun } from '../../src/store/runs/claim-run.ts';
import { openRunJournal } from '../../src/store/runs/run-journal.ts';
import { openStore, type Store, type StorePlace } from '../../src/store/store.ts';
import { asked, deliveryOf, newRepository, places, requestFor } from '../support/store.ts';

/** Writes past the store, as a disk or a person may. */
async function damage(place: StorePlace, sql: string): Promise<void> {
  await using database =
    'directory' in place ? await openPglite(place.directory) : await openPg(place.databaseUrl, () => {});
  await database.query(sql);
}

async function createOne(store: Store, repository = newRepository()): Promise<string> {
  const request = requestFor(repository);
  const creation = await store.createRun({ request, delivery: null, budget: null });
  if (!creation.created) throw new Error(creation.why);
  await store.releaseRun(creation.run.id);
  return creation.run.id;
}

/** Has one run claimed and looked at, and ends it. */
async function withClaimed(store: Store, look: (claimed: ClaimedRun) => Promise<void>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = { outcome: 'failed', why: 'it cannot go on', published: null } as const;
  const work = await store.work({
    maximumRuns: 1,
    triggers: async () => undefined,
    async runs(claimed) {
      await look(claimed).then(resolve, reject);
      await store.endRun(claimed.run.id, claimed.token, end, 0);
    },
  });
  await promise.finally(() => work.stop());
}

describe.each(places)('in $name', ({ open }) => {
  it.each(['{}', 'null'])(
    'a request that became %s is told as such, and the issue can be asked for again',
    async (json) => {
      await using made = await open();
      const repository = newRepository();
      let id: string;
      {
        await using store = await openStore(made.place);
        id = await createOne(store, repository);
      }
      await damage(made.place, `UPDATE ai_fix.runs SET request = '${json}'`);
      await using store = await openStore(made.place);
      await withClaimed(store, async (claimed) => {
        const { host, id: number } = repository;
        expect(claimed).toMatchObject({ run: { id }, repository: { host, id: number } });
        await expect(openRunJournal(store, claimed).read()).rejects.toMatchObject({ code: 'data_corrupt' });
      });
      expect(await store.latestRun(repository, 7)).toBeNull();
      expect(await createOne(store, repository)).not.toBe(id);
    },
  );

  it('a trigger that cannot be read is given up at once, and holds up none of its subject', async () => {
    await using made = await open();
    const repository = newRepository();
    {
      await using store = await openStore(made.place);
      for (const guid of ['damaged', 'whole'])
        await store.acceptDelivery(deliveryOf(guid), asked(repository));
    }
    await damage(
      made.place,
      `UPDATE ai_fix.deliveries SET trigger = '{"kind":"asked"}' WHERE guid = 'damaged'`,
    );
    const errors: Error[] = [];
    {
      await using store = await openStore(made.place, { onError: (error) => errors.push(error) });
      const handled = Promise.withResolvers<string>();
      await store.work({
        maximumRuns: 1,
        runs: async () => undefined,
        triggers: async ({ guid }) => handled.resolve(guid),
      });
      expect(await handled.promise).toBe('whole');
    }
    expect(errors).toMatchObject([
      { code: 'data_corrupt', message: expect.stringContaining('delivery damaged') },
    ]);
    await damage(
      made.place,
      `DO $$ BEGIN ASSERT (SELECT verdict LIKE 'given up: %repository%' FROM ai_fix.deliveries WHERE guid = 'damaged'); END $$`,
    );
  });

  it('an event that PostgreSQL itself cannot read is told as damaged', async () => {
    await using made = await open();
    {
      await using store = await openStore(made.place);
      await createOne(store);
    }
    await damage(
      made.place,
      `CREATE FUNCTION ai_fix.broken() RETURNS json LANGUAGE plpgsql AS $$
         BEGIN RAISE 'missing chunk number 0 for toast value 1' USING ERRCODE = 'data_corrupted'; END $$;
       ALTER TABLE ai_fix.run_events RENAME TO kept;
       CREATE VIEW ai_fix.run_events AS SELECT run_id, number, at, version, ai_fix.broken() AS event FROM ai_fix.kept;
       INSERT INTO ai_fix.kept SELECT id, 1, now(), 1, '{}' FROM ai_fix.runs`,
    );
    await using store = await openStore(made.place);
    await withClaimed(store, async (claimed) => {
      await expect(openRunJournal(store, claimed).read()).rejects.toMatchObject({
        code: 'data_corrupt',
        message: expect.stringContaining('missing chunk number 0'),
      });
    });
  });

  it('a log that a newer version wrote is left to that version', async () => {
    await using made = await open();
    let id: string;
    {
      await using store = await openStore(made.place);
      id = await createOne(store);
    }
    await damage(
      made.place,
      `INSERT INTO ai_fix.run_events (run_id, number, at, version, event)
       VALUES ('${id}', 1, now(), 1000, '{"type":"of the future"}');
       UPDATE ai_fix.runs SET events = 1`,
    );
    await using store = await openStore(made.place);
    await withClaimed(store, async (claimed) => {
      await expect(openRunJournal(store, claimed).read()).rejects.toMatchObject({
        code: 'data_too_new',
        message: expect.stringContaining('Start that newer version'),
      });
    });
  });
});
