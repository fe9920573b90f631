import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import type { Repository } from '../../src/core/trigger.ts';
import type { Work } from '../../src/store/queue/work.ts';
import type { ClaimedRun } from '../../src/store/runs/claim-run.ts';
import { openRunJournal } from '../../src/store/runs/run-journal.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { newRepository, places, requestFor } from '../support/store.ts';

const done = { outcome: 'no_change', why: 'nothing to do', published: null } as const;
const note = (text: string): RunEvent => ({ type: 'note', text });
const trouble = { code: 'model_out_of_money', why: 'The account has no money left.' } as const;

describe.each(places)('runs that were left, in $name', ({ open }) => {
  const opened = new AsyncDisposableStack();
  let store: Store;
  let work: Work | undefined;

  beforeAll(async () => {
    const { place } = opened.use(await open());
    store = opened.use(await openStore(place));
  });
  afterEach(async () => {
    await work?.stop();
    work = undefined;
  });
  afterAll(() => opened.disposeAsync());

  async function queue(repository: Repository = newRepository(), issue = 7): Promise<string> {
    const request = requestFor(repository, issue);
    const creation = await store.createRun({ request, delivery: null, budget: null });
    if (!creation.created) throw new Error(creation.why);
    await store.releaseRun(creation.run.id);
    return creation.run.id;
  }

  /** Works until what was claimed satisfies; each claim is handled as told. */
  async function claims(
    handle: (claimed: ClaimedRun, nth: number) => Promise<void>,
    enough: (claimed: readonly ClaimedRun[]) => boolean,
  ): Promise<ClaimedRun[]> {
    const all: ClaimedRun[] = [];
    const reached = Promise.withResolvers<void>();
    work = await store.work({
      maximumRuns: 1,
      triggers: async () => undefined,
      async runs(claimed) {
        all.push(claimed);
        await handle(claimed, all.length);
        if (enough(all)) reached.resolve();
      },
    });
    await reached.promise;
    return all;
  }
  const end = ({ run, token }: ClaimedRun) => store.endRun(run.id, token, done, 0).then(() => {});

  it('are given out again after a while when they were parked, with a new token', async () => {
    const id = await queue();
    const found = await claims(
      (claimed, nth) => (nth === 1 ? store.parkRun(id, claimed.token, { seconds: 1, usd: 0 }) : end(claimed)),
      (all) => all.length === 2,
    );
    expect(found.map(({ run, token }) => [run.id, token])).toEqual([
      [id, 1],
      [id, 2],
    ]);
    await expect(store.parkRun(id, 1, { seconds: 0, usd: 0 })).rejects.toMatchObject({ code: 'run_lost' });
    await expect(store.checkClaim(id, 1)).rejects.toMatchObject({ code: 'run_lost' });
  });

  it('wait while the model fails: one tries, and once it is answered all are given out', async () => {
    const [first, second] = [await queue(), await queue()];
    const tried: string[] = [];
    await claims(
      async (claimed, nth) => {
        tried.push(claimed.run.id);
        if (nth === 1) {
          await store.tripBreaker(claimed.run.id, trouble, () => 1);
          return store.parkRun(claimed.run.id, claimed.token, { seconds: 0, usd: 0 });
        }
        if (nth === 2) {
          expect(await store.trouble()).toMatchObject(trouble);
          await store.resetBreaker();
        }
        return end(claimed);
      },
      (all) => all.length === 3,
    );
    expect(new Set(tried)).toEqual(new Set([first, second]));
    expect(await store.trouble()).toBeNull();
  });

  it('keep the circuit breaker open for longer only by the word of the run that was let through', async () => {
    const asked: number[] = [];
    const pauses = (trips: number) => {
      asked.push(trips);
      return 60;
    };
    await store.tripBreaker('one', trouble, pauses);
    await store.tripBreaker('another, that was at work meanwhile', trouble, pauses);
    expect(asked).toEqual([1]);
    await store.resetBreaker();
  });

  it('have events of one call all or not at all, and find those whose answer was lost', async () => {
    const id = await queue();
    await claims(
      async (claimed) => {
        const at = { run: id, token: claimed.token };
        const both = [note('one'), note('two')];
        const written = await store.appendEvents({ ...at, last: 0 }, both);
        expect(written.map(({ number }) => number)).toEqual([1, 2]);
        expect(await store.appendEvents({ ...at, last: 0 }, both)).toEqual(written);
        const other = store.appendEvents({ ...at, last: 0 }, [note('three')]);
        await expect(other).rejects.toMatchObject({ code: 'run_lost' });
        const stranger = store.appendEvents({ run: id, token: claimed.token + 1, last: 2 }, both);
        await expect(stranger).rejects.toMatchObject({ code: 'run_lost' });
        expect(await store.readEvents(id)).toHaveLength(2);
        return end(claimed);
      },
      (all) => all.length === 1,
    );
  });

  it('keep the newest work tree beside their log, until they end', async () => {
    const id = await queue();
    await claims(
      async (claimed) => {
        const journal = openRunJournal(store, claimed);
        await journal.read();
        const checkpoint = (content: Uint8Array): RunEvent => ({
          type: 'checkpoint',
          files: 1,
          problem: null,
          content,
        });
        expect(await journal.workTree()).toBeNull();
        await Promise.all([
          journal.append([note('beside it')]),
          journal.append([checkpoint(Buffer.from([1, 0, 255]))]),
          journal.append([checkpoint(Buffer.from([2])), note('after it')]),
        ]);
        expect([...((await journal.workTree()) ?? [])]).toEqual([2]);
        const events = (await journal.read()).map(({ event }) => event);
        expect(events.map(({ type }) => type)).toEqual(['note', 'checkpoint', 'checkpoint', 'note']);
        expect(events[1]).toEqual({ type: 'checkpoint', files: 1, problem: null });
        return end(claimed);
      },
      (all) => all.length === 1,
    );
    expect(await store.readWorkTree(id)).toBeNull();
  });

  it('that are cancelled while parked end at once, with what they had cost', async () => {
    const id = await queue();
    await claims(
      async ({ token }) => {
        await store.parkRun(id, token, { seconds: 3600, usd: 0.25 });
      },
      (all) => all.length === 1,
    );
    const run = await store.requestCancel(id, '@ann asked to stop it');
    expect(run).toMatchObject({ state: 'ended', usd: 0.25, posted: { concluded: false } });
  });
});

describe.each(places)('a run that was parked, in $name', ({ open }) => {
  it.each([
    ['waits no hour longer when the clock was an hour ahead then', 3600, 'taken'],
    ['waits its time when the clock is as it was', 0, 'left alone'],
  ])('%s', async (_what, secondsAhead, becomes) => {
    await using opened = await open();
    const repository = newRepository();
    const clock = () => new Date(Date.now() + secondsAhead * 1000);
    await using before = await openStore(opened.place, { now: clock });
    const creation = await before.createRun({
      request: requestFor(repository),
      delivery: null,
      budget: null,
    });
    if (!creation.created) throw new Error(creation.why);
    const { id } = creation.run;
    await before.releaseRun(id);
    const parked = Promise.withResolvers<void>();
    const work = await before.work({
      maximumRuns: 1,
      triggers: async () => undefined,
      async runs({ token }) {
        await before.appendEvents({ run: id, token, last: 0 }, [note('at work')]);
        await before.parkRun(id, token, { seconds: secondsAhead + 600, usd: 0 });
        parked.resolve();
      },
    });
    await parked.promise;
    await work.stop();
    await before[Symbol.asyncDispose]();

    await using store = await openStore(opened.place);
    const { since } = await store.waiting();
    expect(since === null ? 'left alone' : 'taken').toBe(becomes);
    if (since === null) return;
    const taken = Promise.withResolvers<string>();
    await store.work({
      maximumRuns: 1,
      triggers: async () => undefined,
      async runs({ run, token }) {
        taken.resolve(run.id);
        await store.endRun(run.id, token, done, 0);
      },
    });
    expect(await taken.promise).toBe(id);
  });
});
