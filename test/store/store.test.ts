import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord, RunRequest } from '../../src/core/run-record.ts';
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
const at = (run: string, token: number) => ({ run, token, last: null });
const proven = { outcome: 'proven', why: 'one test went from red to green', published } as const;

describe.each(places)('the store on $name', ({ open }) => {
  const opened = new AsyncDisposableStack();
  let store: Store;
  let now = new Date('2026-03-01T12:00:00Z');
  const errors: Error[] = [];

  beforeAll(async () => {
    const { place } = opened.use(await open());
    const options = { now: () => now, onError: (error: Error) => errors.push(error) };
    store = opened.use(await openStore(place, options));
  });
  afterAll(async () => {
    await opened.disposeAsync();
    expect(errors).toEqual([]);
  });

  async function create(request: RunRequest): Promise<RunRecord> {
    const creation = await store.createRun({ request, delivery: null, budget: null });
    if (!creation.created) throw new Error(creation.why);
    await store.releaseRun(creation.run.id);
    return creation.run;
  }

  /** Works until `handle` has had one run. The queue is empty before and after. */
  async function withClaimed(handle: (claimed: ClaimedRun) => Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const work = await store.work({
      maximumRuns: 1,
      triggers: async () => undefined,
      runs: (claimed) => handle(claimed).then(resolve, reject),
    });
    await promise.finally(() => work.stop());
  }

  it('accepts a delivery once', async () => {
    const trigger = asked(newRepository());
    expect(await store.acceptDelivery(deliveryOf('once'), trigger)).toBe(true);
    expect(await store.acceptDelivery(deliveryOf('once'), trigger)).toBe(false);
    expect(await store.acceptDelivery(deliveryOf('nothing to do'), null)).toBe(true);
    await store.setVerdict('once', 'accepted');
  });

  it('keeps a run as it was asked for', async () => {
    const request = requestFor(newRepository(), 7, { words: 'with \u0000 and \ud800' });
    const run = await create(request);
    expect(run).toMatchObject({
      state: 'queued',
      request,
      createdAt: now.toISOString(),
      end: null,
      posted: {},
    });
    expect(run.id).toMatch(/^[0-9a-z]{18}$/);
    expect(await store.getRun(run.id)).toEqual(run);
    expect(await store.getRun('no such run')).toBeNull();
    await store.requestCancel(run.id, 'over');
  });

  it('gives no run to a worker before it is released, and then one', async () => {
    const creation = await store.createRun({
      request: requestFor(newRepository()),
      delivery: null,
      budget: null,
    });
    if (!creation.created) throw new Error(creation.why);
    const released = await create(requestFor(newRepository()));
    await withClaimed(async ({ run, token }) => {
      expect(run.id).toBe(released.id);
      await store.endRun(run.id, token, proven, 0);
    });
    expect(await store.getRun(creation.run.id)).toMatchObject({ state: 'queued' });
    await store.requestCancel(creation.run.id, 'over');
  });

  it('has one live run for each issue, also when many ask at the same time', async () => {
    const request = requestFor(newRepository());
    const all = await Promise.all(
      Array.from({ length: 10 }, () => store.createRun({ request, delivery: null, budget: null })),
    );
    const made = all.flatMap((creation) => (creation.created ? [creation.run] : []));
    const live = all.flatMap((creation) =>
      !creation.created && creation.why === 'live' ? [creation.live] : [],
    );
    expect(made).toHaveLength(1);
    expect(live).toEqual(Array.from({ length: 9 }, () => made[0]));

    await store.requestCancel(made[0]?.id ?? '', 'over');
    await store.requestCancel((await create(request)).id, 'over again');
  });

  it('gives the same run when the same delivery is handled again', async () => {
    const asking = { request: requestFor(newRepository()), delivery: 'handled twice', budget: null };
    const first = await store.createRun(asking);
    expect(await store.createRun(asking)).toEqual(first);
    if (first.created) await store.requestCancel(first.run.id, 'over');
    expect(await store.createRun(asking)).toMatchObject({ created: true, run: { state: 'ended' } });
  });

  it('ends a waiting run at once when it is cancelled, and says so in its log', async () => {
    const run = await create(requestFor(newRepository()));
    const ended = await store.requestCancel(run.id, '@ann removed the label');
    const end = { outcome: 'cancelled', why: '@ann removed the label', published: null };
    expect(ended).toMatchObject({ state: 'ended', cancelReason: '@ann removed the label', end });
    expect(await store.requestCancel(run.id, 'again')).toEqual(ended);
    expect(await store.requestCancel('no such run', 'why')).toBeNull();
    expect((await store.readEvents(run.id)).map(({ event }) => event)).toEqual([
      { type: 'outcome', outcome: 'cancelled', why: '@ann removed the label' },
    ]);
  });

  it('finds runs by issue, by pull request and by what an installation lost', async () => {
    const repository = newRepository();
    const other = newRepository(repository.installation);
    const pull = { number: 12, branch: 'b', mergeBase: 'm', threads: [], failedChecks: [] };
    const first = await create(requestFor(repository, 7));
    await store.requestCancel(first.id, 'over');
    now = new Date(now.getTime() + 1000);
    const second = await create(requestFor(repository, 7, { pull }));
    const elsewhere = await create(requestFor(other, 7));

    expect((await store.findLiveRun(repository, 7))?.id).toBe(second.id);
    expect((await store.findLiveRun(repository, 12))?.id).toBe(second.id);
    expect(await store.findLiveRun(repository, 13)).toBeNull();
    expect((await store.latestRun(repository, 7))?.id).toBe(second.id);

    const { host, installation } = repository;
    const lost = async (repositories: number[] | 'all') =>
      (await store.findLiveRuns({ host, installation, repositories })).map(({ id }) => id).sort();
    expect(await lost([other.id])).toEqual([elsewhere.id]);
    expect(await lost([])).toEqual([]);
    expect(await lost('all')).toEqual([second.id, elsewhere.id].sort());
    await store.requestCancel(second.id, 'over');
    await store.requestCancel(elsewhere.id, 'over');
    expect(await lost('all')).toEqual([]);
    expect((await store.latestRun(repository, 12))?.id).toBe(second.id);
  });

  it('keeps what was put on GitHub, one fact beside the other', async () => {
    const { id } = await create(requestFor(newRepository()));
    await store.setPosted(id, { statusComment: 2 ** 40 });
    await store.setPosted(id, { checkRun: 5 });
    expect((await store.getRun(id))?.posted).toEqual({ statusComment: 2 ** 40, checkRun: 5 });
    await store.requestCancel(id, 'over');
  });

  it('numbers the events of a run without gaps, and gives them back byte for byte', async () => {
    const repository = newRepository();
    const { id } = await create(requestFor(repository));
    const texts = ['one', 'NUL \u0000', 'half a pair \ud800', 'four', 'five'];
    await withClaimed(async ({ run, token }) => {
      expect(run.id).toBe(id);
      await Promise.all(texts.map((text) => store.appendEvents(at(id, token), [{ type: 'note', text }])));
      await store.endRun(id, token, proven, 0.25);
    });
    const events = await store.readEvents(id);
    expect(events.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(events.map(({ event }) => event.type === 'note' && event.text).sort()).toEqual([...texts].sort());
    expect((await store.readEvents(id, 3)).map(({ number }) => number)).toEqual([4, 5]);
    expect(await store.getRun(id)).toMatchObject({ state: 'ended', end: proven, usd: 0.25 });
    expect(await store.latestRun(repository, published.pull)).toMatchObject({ id });
  });

  it('ends a run whatever the bytes in its reason', async () => {
    const { id } = await create(requestFor(newRepository()));
    await withClaimed(async ({ token }) => {
      const end = { outcome: 'failed', why: 'npm said \u0000 and \ud800', published: null } as const;
      await store.endRun(id, token, end, 0);
    });
    expect((await store.getRun(id))?.end?.why).toMatch(/^npm said {2}and /);
  });

  it('lets only the latest claim write, and nobody after the end', async () => {
    const { id } = await create(requestFor(newRepository()));
    await withClaimed(async ({ token }) => {
      const note = { type: 'note', text: 'late' } as const;
      const lost = { code: 'run_lost' };
      await expect(store.appendEvents(at(id, token - 1), [note])).rejects.toMatchObject(lost);
      await expect(store.endRun(id, token - 1, proven, 1)).rejects.toMatchObject(lost);
      await store.endRun(id, token, proven, 1);
      await expect(store.appendEvents(at(id, token), [note])).rejects.toMatchObject(lost);
      await expect(store.endRun(id, token - 1, proven, 1)).rejects.toMatchObject(lost);
    });
    expect(await store.readEvents(id)).toEqual([]);
  });

  it('takes facts of its worker only while that has the run', async () => {
    const { id } = await create(requestFor(newRepository()));
    await withClaimed(async ({ token }) => {
      const lost = { code: 'run_lost' };
      await store.setPosted(id, { statusComment: 1 }, token);
      await expect(store.setPosted(id, { statusComment: 2 }, token - 1)).rejects.toMatchObject(lost);
      await store.endRun(id, token, proven, 0);
      await expect(store.setPosted(id, { statusComment: 2 }, token)).rejects.toMatchObject(lost);
    });
    expect((await store.getRun(id))?.posted).toEqual({ statusComment: 1 });
  });

  describe('the budget', () => {
    const budget = { runUsd: 2, dailyUsd: 5 };
    const ask = () => store.createRun({ request: requestFor(newRepository()), delivery: null, budget });

    it('is set aside before a run, never beyond the day, and settled at the end', async () => {
      now = new Date('2026-04-30T23:59:00Z');
      const all = await Promise.all(Array.from({ length: 6 }, ask));
      const made = all.flatMap((creation) => (creation.created ? [creation.run] : []));
      expect(made).toHaveLength(2);
      const refused = { created: false, why: 'budget', resumesAt: '2026-05-01T00:00:00.000Z' };
      expect(all.filter(({ created }) => !created)).toEqual([refused, refused, refused, refused]);
      expect(await store.spending()).toEqual({ day: '2026-04-30', reservedUsd: 4, spentUsd: 0 });

      for (const { id } of made) await store.releaseRun(id);
      await withClaimed(({ run, token }) => store.endRun(run.id, token, proven, 0.5).then(() => undefined));
      expect(await store.spending()).toMatchObject({ reservedUsd: 2, spentUsd: 0.5 });
      for (const { id } of made) await store.requestCancel(id, 'over');
      expect(await store.spending()).toMatchObject({ reservedUsd: 0, spentUsd: 0.5 });
    });

    it('begins anew at midnight, and a run is booked on the day it was asked for', async () => {
      now = new Date('2026-05-02T23:59:00Z');
      const first = await ask();
      now = new Date('2026-05-03T00:01:00Z');
      expect(await store.spending()).toEqual({ day: '2026-05-03', reservedUsd: 0, spentUsd: 0 });
      if (first.created) await store.requestCancel(first.run.id, 'over');
      expect(await store.spending()).toEqual({ day: '2026-05-03', reservedUsd: 0, spentUsd: 0 });
      now = new Date('2026-05-02T23:59:30Z');
      expect(await store.spending()).toEqual({ day: '2026-05-02', reservedUsd: 0, spentUsd: 0 });
    });

    it('says that a run which costs more than a day has will never fit', async () => {
      const request = requestFor(newRepository());
      const asking = store.createRun({ request, delivery: null, budget: { runUsd: 2, dailyUsd: 1 } });
      expect(await asking).toEqual({ created: false, why: 'budget', resumesAt: null });
      expect(await store.findLiveRun(request.repository, 7)).toBeNull();
    });
  });
});
