import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/core/run-record.ts';
import type { Repository, Trigger } from '../../src/core/trigger.ts';
import type { Database } from '../../src/store/database/database.ts';
import { lockFor } from '../../src/store/database/database.ts';
import { openPg } from '../../src/store/database/pg-database.ts';
import type { ClaimedRun } from '../../src/store/runs/claim-run.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { asked, deliveryOf, newRepository, places, requestFor } from '../support/store.ts';

const published = {
  pull: 12,
  url: 'https://github.com/ann/sums/pull/12',
  branch: 'b',
  commit: 'c',
  tree: 't',
};
const proven = { outcome: 'proven', why: 'it works', published } as const;

describe.each(places)('housekeeping on $name', ({ open }) => {
  const opened = new AsyncDisposableStack();
  let store: Store;
  let server: Database | null;
  let now = new Date('2026-03-01T12:00:00Z');
  beforeAll(async () => {
    const { place } = opened.use(await open());
    const onError = (error: Error) => {
      throw error;
    };
    store = opened.use(await openStore(place, { now: () => now, onError }));
    server = 'directory' in place ? null : opened.use(await openPg(place.databaseUrl, onError));
  });
  afterAll(() => opened.disposeAsync());

  const later = (days: number) => {
    now = new Date(now.getTime() + days * 24 * 3_600_000);
  };

  async function create(
    repository: Repository,
    issue = 7,
    delivery: string | null = null,
  ): Promise<RunRecord> {
    const budget = { runUsd: 2, dailyUsd: 1000 };
    const creation = await store.createRun({ request: requestFor(repository, issue), delivery, budget });
    if (!creation.created) throw new Error(creation.why);
    await store.releaseRun(creation.run.id);
    return creation.run;
  }

  /** A run from its creation to its end, with two events. */
  async function runThrough(repository: Repository, issue = 7, delivery: string | null = null) {
    const made = await create(repository, issue, delivery);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const handle = async ({ run, token }: ClaimedRun) => {
      await store.appendEvents({ run: run.id, token: token, last: null }, [
        { type: 'note', text: 'a long message' },
      ]);
      await store.appendEvents({ run: run.id, token: token, last: null }, [
        { type: 'outcome', outcome: 'proven', why: 'it works' },
      ]);
      await store.endRun(run.id, token, proven, 0.5);
    };
    const work = await store.work({
      maximumRuns: 1,
      triggers: async () => undefined,
      runs: (claimed) => handle(claimed).then(resolve, reject),
    });
    await promise.finally(() => work.stop());
    return made;
  }

  it('deletes events and deliveries after their time, and keeps what a retry and the budget need', async () => {
    const repository = newRepository();
    await store.acceptDelivery(deliveryOf('kept long enough'), asked(repository));
    const { id } = await runThrough(repository, 7, 'kept long enough');
    const { day } = await store.spending();
    later(29);
    await store.deleteOld(30);
    expect(await store.readEvents(id)).toHaveLength(2);
    expect(await store.acceptDelivery(deliveryOf('kept long enough'), null)).toBe(false);
    const live = await create(newRepository());
    later(2);
    expect(await store.deleteOld(30)).toBeGreaterThanOrEqual(2);
    expect(await store.deleteOld(30)).toBe(0);
    expect(await store.readEvents(id)).toEqual([]);
    expect(await store.acceptDelivery(deliveryOf('kept long enough'), null)).toBe(true);
    expect(await store.latestRun(repository, 7)).toMatchObject({ id, end: proven, usd: 0.5 });
    expect(await store.latestRun(repository, published.pull)).toMatchObject({ id });
    expect(await store.getRun(live.id)).toMatchObject({ state: 'queued' });
    await store.requestCancel(live.id, 'over');

    later(400);
    await store.deleteOld(30);
    expect(await store.getRun(id)).toBeNull();
    now = new Date(`${day}T12:00:00Z`);
    expect(await store.spending()).toMatchObject({ spentUsd: 0 });
    later(500);
  });

  it('deletes more than fits into one transaction', async () => {
    const deliveries = Array.from({ length: 1500 }, (_, index) => deliveryOf(`many-${index}`));
    await Promise.all(deliveries.map((delivery) => store.acceptDelivery(delivery, null)));
    later(31);
    expect(await store.deleteOld(30)).toBeGreaterThanOrEqual(1500);
  });

  it('leaves the work to another process that is at it', async ({ skip }) => {
    if (server === null) return skip('the embedded database has one process');
    await store.acceptDelivery(deliveryOf('old'), null);
    later(31);
    await server.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1, 0)', [0x61_69_66_00 + 4]);
      expect(await store.deleteOld(30)).toBe(0);
    });
    expect(await store.deleteOld(30)).toBeGreaterThan(0);
    await server.transaction((transaction) => lockFor(transaction, 'claim'));
  });

  describe('what was uninstalled', () => {
    let removals = 0;

    /** The webhook of a removal as it is stored, and handled unless told. */
    async function remove(
      repository: Repository,
      change: Partial<Extract<Trigger, { kind: 'removed' }>> = {},
      isHandled = true,
    ): Promise<void> {
      const { host, installation } = repository;
      const guid = `removal-${++removals}`;
      await store.acceptDelivery(
        { guid, event: 'installation', action: 'deleted', installation, repository: null },
        { kind: 'removed', host, installation, repositories: 'all', why: 'uninstalled', ...change },
      );
      if (isHandled) await store.setVerdict(guid, 'nothing was running');
    }
    const deliveryFrom = (guid: string, { installation, id }: Repository) => ({
      ...deliveryOf(guid),
      installation,
      repository: id,
    });

    it('is forgotten with all that is stored of it, and nothing of others', async () => {
      const [gone, other] = [newRepository(), newRepository()];
      await store.acceptDelivery(deliveryFrom('of the gone', gone), null);
      await store.acceptDelivery(deliveryFrom('of the other', other), null);
      const { id } = await runThrough(gone);
      const { id: kept } = await runThrough(other);
      later(0.1);
      await remove(gone);
      expect(await store.isKnown(gone)).toBe(true);
      expect(await store.forgetRemoved()).toBe(3);
      expect([await store.isKnown(gone), await store.isKnown(other)]).toEqual([false, true]);
      expect(await store.readEvents(id)).toEqual([]);
      expect(await store.readEvents(kept)).toHaveLength(2);
      expect(await store.acceptDelivery(deliveryFrom('of the gone', gone), null)).toBe(true);
      expect(await store.acceptDelivery(deliveryFrom('of the other', other), null)).toBe(false);
      expect(await store.forgetRemoved()).toBe(0);
    });

    it('is forgotten once the last of its runs has ended', async () => {
      const repository = newRepository();
      const { id } = await create(repository);
      await remove(repository);
      expect(await store.forgetRemoved()).toBe(0);
      await store.requestCancel(id, 'ai-fix was uninstalled');
      expect(await store.forgetRemoved()).toBe(2);
      expect(await store.getRun(id)).toBeNull();
    });

    it('is not forgotten before its removal was handled', async () => {
      const repository = newRepository();
      await runThrough(repository);
      await remove(repository, {}, false);
      expect(await store.forgetRemoved()).toBe(0);
      expect(await store.isKnown(repository)).toBe(true);
    });

    it('may be single repositories, and the others of the installation stay', async () => {
      const gone = newRepository();
      const kept = newRepository(gone.installation);
      await runThrough(gone);
      await runThrough(kept);
      await remove(gone, { repositories: [gone.id], why: 'repository_removed' });
      await store.forgetRemoved();
      expect([await store.isKnown(gone), await store.isKnown(kept)]).toEqual([false, true]);
    });

    it('leaves what came after it: a repository may be back', async () => {
      const repository = newRepository();
      const former = await runThrough(repository);
      await remove(repository, { repositories: [repository.id], why: 'repository_removed' });
      later(0.1);
      const again = await create(repository);
      await store.forgetRemoved();
      expect([await store.getRun(former.id), await store.getRun(again.id)]).toMatchObject([
        null,
        { state: 'queued' },
      ]);
      await store.requestCancel(again.id, 'over');
    });

    it('is not what was only suspended', async () => {
      const repository = newRepository();
      await runThrough(repository);
      await remove(repository, { why: 'suspended' });
      expect(await store.forgetRemoved()).toBe(0);
      expect(await store.isKnown(repository)).toBe(true);
    });
  });
});
