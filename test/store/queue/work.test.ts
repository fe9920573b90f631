import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../src/core/run-record.ts';
import type { Repository } from '../../../src/core/trigger.ts';
import type { WorkOptions } from '../../../src/store/queue/work.ts';
import type { ClaimedRun } from '../../../src/store/runs/claim-run.ts';
import { openStore, type Store, type StorePlace } from '../../../src/store/store.ts';
import { asked, deliveryOf, newRepository, places, requestFor } from '../../support/store.ts';

const done = { outcome: 'no_change', why: 'nothing to do', published: null } as const;

/** Collects what comes; `until` resolves when there are so many. */
function collect<Item>() {
  const items: Item[] = [];
  const waiting = new Set<() => void>();
  return {
    items,
    add(item: Item): void {
      items.push(item);
      for (const look of waiting) look();
    },
    until(count: number): Promise<Item[]> {
      const { promise, resolve } = Promise.withResolvers<Item[]>();
      const look = () => {
        if (items.length >= count) resolve(items);
      };
      waiting.add(look);
      look();
      return promise;
    },
  };
}

describe.each(places)('work on $name', ({ open }) => {
  const opened = new AsyncDisposableStack();
  const errors: Error[] = [];
  let place: StorePlace;
  let store: Store;

  beforeAll(async () => {
    place = opened.use(await open()).place;
    store = opened.use(await openStore(place, { onError: (error) => errors.push(error) }));
  });
  afterAll(() => opened.disposeAsync());

  async function create(repository: Repository, issue = 7): Promise<RunRecord> {
    const creation = await store.createRun({
      request: requestFor(repository, issue),
      delivery: null,
      budget: null,
    });
    if (!creation.created) throw new Error(creation.why);
    await store.releaseRun(creation.run.id);
    return creation.run;
  }

  const work = (options: Partial<WorkOptions>) =>
    store.work({
      maximumRuns: 1,
      triggers: async () => undefined,
      runs: async () => undefined,
      ...options,
    });
  const finish = ({ run, token }: ClaimedRun) => store.endRun(run.id, token, done, 0);

  it('handles each of 1,000 deliveries once, 50 of which come twice', async () => {
    const handled = collect<string>();
    const works = await work({ triggers: async ({ guid }) => handled.add(guid) });
    const repository = newRepository();
    const guids = Array.from(
      { length: 1000 },
      (_, index) => `many-${index < 950 ? index : (index * 7) % 950}`,
    );
    const accepted = await Promise.all(
      guids.map((guid, index) => store.acceptDelivery(deliveryOf(guid), asked(repository, index % 200))),
    );
    expect(accepted.filter((isNew) => isNew)).toHaveLength(950);
    await handled.until(950);
    await works.stop();
    expect(handled.items).toHaveLength(950);
    expect(new Set(handled.items).size).toBe(950);
  });

  it('handles the triggers of a subject in their order, also when one has to be tried again', async () => {
    const repository = newRepository();
    const guids = ['fix', 'stop', 'fix again'];
    for (const guid of guids) await store.acceptDelivery(deliveryOf(guid), asked(repository));
    const handled = collect<string>();
    let failures = 1;
    const works = await work({
      async triggers({ guid, trigger }) {
        expect(trigger).toEqual(asked(repository));
        if (failures-- > 0) throw new Error('GitHub is down');
        handled.add(guid);
      },
    });
    expect(await handled.until(3)).toEqual(guids);
    await works.stop();
    expect(errors.splice(0).map(({ message }) => message)).toEqual(['GitHub is down']);
  });

  it('lets an installation with one run go next, however many another one has', async () => {
    const busy = newRepository();
    const other = newRepository();
    for (let issue = 1; issue <= 6; issue++) await create(busy, issue);
    await create(other);
    const started = collect<number>();
    const works = await work({
      async runs(claimed) {
        started.add(claimed.run.request.repository.id);
        await finish(claimed);
      },
    });
    await started.until(7);
    await works.stop();
    expect(started.items.slice(0, 2)).toEqual([busy.id, other.id]);
    expect(started.items.filter((id) => id === busy.id)).toHaveLength(6);
  });

  it('shares the places between installations, and never has more runs at work than it may', async () => {
    const busy = newRepository();
    const other = newRepository();
    for (let issue = 1; issue <= 4; issue++) await create(busy, issue);
    for (let issue = 1; issue <= 2; issue++) await create(other, issue);
    const started = collect<ClaimedRun>();
    const ended = collect<number>();
    const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
    const works = await work({
      maximumRuns: 2,
      async runs(claimed) {
        started.add(claimed);
        await go;
        expect(started.items.length - ended.items.length).toBeLessThanOrEqual(2);
        await finish(claimed);
        ended.add(1);
      },
    });
    const [first, second] = await started.until(2);
    expect([first, second].map((claimed) => claimed?.run.request.repository.id).sort()).toEqual(
      [busy.id, other.id].sort(),
    );
    letGo();
    await ended.until(6);
    await works.stop();
  });

  it('gives a run that was left before its end to a worker again, and the former claim writes no more', async () => {
    const { id } = await create(newRepository());
    const claims = collect<ClaimedRun>();
    const works = await work({
      async runs(claimed) {
        claims.add(claimed);
        if (claimed.attempt === 1) throw new Error('the sandbox host went away');
        await finish(claimed);
      },
    });
    const [first, second] = await claims.until(2);
    await works.stop();
    expect([first, second]).toMatchObject([
      { attempt: 1, run: { id } },
      { attempt: 2, run: { id } },
    ]);
    const late = store.appendEvents({ run: id, token: first?.token ?? 0, last: null }, [
      { type: 'note', text: 'late' },
    ]);
    await expect(late).rejects.toMatchObject({ code: 'run_lost' });
    expect(errors.splice(0).map(({ message }) => message)).toEqual(['the sandbox host went away']);
  });

  it('leaves runs where they are while this process lacks what they need', async () => {
    await create(newRepository());
    let asked = 0;
    const claimedAfter = collect<number>();
    const works = await work({
      canRun: async () => ++asked > 2,
      async runs(claimed) {
        claimedAfter.add(asked);
        await finish(claimed);
      },
    });
    expect(await claimedAfter.until(1)).toEqual([3]);
    await works.stop();
    expect(errors).toEqual([]);
  });

  it('passes over the job of a run that was cancelled while it waited', async () => {
    const cancelled = await create(newRepository());
    const wanted = await create(newRepository());
    await store.requestCancel(cancelled.id, 'over');
    const claims = collect<string>();
    const works = await work({
      async runs(claimed) {
        await finish(claimed);
        claims.add(claimed.run.id);
      },
    });
    await claims.until(1);
    await works.stop();
    expect(claims.items).toEqual([wanted.id]);
  });

  it('tells a running handler that somebody asked to stop, at once and also when it was before', async () => {
    await create(newRepository());
    const reasons = collect<string>();
    const works = await work({
      async runs(claimed) {
        const { id } = claimed.run;
        using _watch = store.watchCancel(id, (reason) => reasons.add(reason));
        using unwanted = store.watchCancel(id, () => reasons.add('nobody wants to know'));
        unwanted[Symbol.dispose]();
        await store.requestCancel(id, '@ann commented /deepseek stop');
        await store.requestCancel(id, 'a second reason');
        await reasons.until(1);
        using _late = store.watchCancel(id, (reason) => reasons.add(reason));
        await reasons.until(2);
        await finish(claimed);
        reasons.add('ended');
      },
    });
    await reasons.until(3);
    await works.stop();
    const reason = '@ann commented /deepseek stop';
    expect(reasons.items).toEqual([reason, reason, 'ended']);
  });

  it('stops: the handler is told and waited for, and its run goes on with the next worker', async () => {
    const { id } = await create(newRepository());
    const claims = collect<number>();
    const options: Partial<WorkOptions> = {
      async runs(claimed, signal) {
        claims.add(claimed.attempt);
        if (claimed.attempt > 1) {
          await finish(claimed);
          claims.add(0);
          return;
        }
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await store.appendEvents({ run: id, token: claimed.token, last: null }, [
          { type: 'note', text: 'saved' },
        ]);
      },
    };
    const first = await work(options);
    await claims.until(1);
    await first.stop();
    expect(await store.readEvents(id)).toHaveLength(1);
    const second = await work(options);
    expect(await claims.until(3)).toEqual([1, 2, 0]);
    await second.stop();
    expect(errors).toEqual([]);
  });

  it('waits no longer than it was told to for a handler that does not listen', async () => {
    await create(newRepository());
    const claims = collect<ClaimedRun>();
    const { promise: go, resolve: letGo } = Promise.withResolvers<void>();
    const works = await work({
      async runs(claimed) {
        claims.add(claimed);
        await go;
        await finish(claimed);
        claims.add(claimed);
      },
    });
    await claims.until(1);
    await works.stop(0.05);
    expect(claims.items).toHaveLength(1);
    letGo();
    await claims.until(2);
  });

  it('learns of a stop that another process asked for', async ({ skip }) => {
    if ('directory' in place) skip('nobody else can open an embedded database');
    await using elsewhere = await openStore(place);
    const { id } = await create(newRepository());
    const reasons = collect<string>();
    using _watch = store.watchCancel(id, (reason) => reasons.add(reason));
    await elsewhere.requestCancel(id, 'asked elsewhere');
    expect(await reasons.until(1)).toEqual(['asked elsewhere']);
  });
});
