import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import type { ClaimedRun } from '../../src/store/runs/claim-run.ts';
import { openStore, type Store, type StorePlace } from '../../src/store/store.ts';
import { newRepository, openDirectory, places, requestFor } from '../support/store.ts';

const modules = {
  store: new URL('../../src/store/store.ts', import.meta.url).href,
  support: new URL('../support/store.ts', import.meta.url).href,
};

/** A process of its own with the store open, which runs `script` and says lines. */
function inProcess(place: StorePlace, script: string): { child: ChildProcess; lines: Interface } {
  const source = `
    import { openStore } from ${JSON.stringify(modules.store)};
    import { asked, deliveryOf, newRepository } from ${JSON.stringify(modules.support)};
    const store = await openStore(${JSON.stringify(place)});
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { child, lines: createInterface(child.stdout) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

it('has every delivery that it accepted before a kill -9, and hands each to a worker', async () => {
  await using made = await openDirectory();
  const { child, lines } = inProcess(
    made.place,
    `const repository = newRepository();
     const accept = async (number) => {
       await store.acceptDelivery(deliveryOf('delivery-' + number), asked(repository, number));
       console.log('delivery-' + number);
     };
     for (let index = 0; ; index += 3) await Promise.all([accept(index), accept(index + 1), accept(index + 2)]);`,
  );
  const accepted: string[] = [];
  for await (const guid of lines) {
    accepted.push(guid);
    if (accepted.length === 100) child.kill('SIGKILL');
  }

  await using store = await openStore(made.place);
  const handled = new Set<string>();
  const { promise, resolve } = Promise.withResolvers<void>();
  await store.work({
    maximumRuns: 1,
    runs: async () => undefined,
    async triggers({ guid }) {
      handled.add(guid);
      if (accepted.every((one) => handled.has(one))) resolve();
    },
  });
  await promise;
});

const holdRun = `
  await store.work({
    maximumRuns: 1,
    triggers: async () => undefined,
    async runs({ run, token }) {
      await store.appendEvents({ run: run.id, token, last: null }, [{ type: 'note', text: 'begun' }]);
      console.log(run.id);
      await new Promise(() => {});
    },
  });`;

async function createOne(store: Store): Promise<string> {
  const request = requestFor(newRepository());
  const creation = await store.createRun({ request, delivery: null, budget: null });
  if (!creation.created) throw new Error(creation.why);
  await store.releaseRun(creation.run.id);
  return creation.run.id;
}

/** Works until it has had one run to the end. */
async function finishOne(store: Store): Promise<ClaimedRun> {
  const { promise, resolve } = Promise.withResolvers<ClaimedRun>();
  const work = await store.work({
    maximumRuns: 1,
    triggers: async () => undefined,
    async runs(claimed) {
      const end = { outcome: 'no_change', why: 'nothing to do', published: null } as const;
      await store.endRun(claimed.run.id, claimed.token, end, 0);
      resolve(claimed);
    },
  });
  const claimed = await promise;
  await work.stop();
  return claimed;
}

describe.each(places)('a worker on $name', ({ open }) => {
  it('that was killed loses its run to the next worker, with all it had written', async () => {
    await using made = await open();
    let id: string;
    {
      await using store = await openStore(made.place);
      id = await createOne(store);
    }
    const { child, lines } = inProcess(made.place, holdRun);
    expect((await once(lines, 'line'))[0]).toBe(id);
    await kill(child);

    await using store = await openStore(made.place);
    const since = performance.now();
    expect(await finishOne(store)).toMatchObject({ run: { id }, attempt: 2 });
    // at once where nobody else can be at work; on a server when the heartbeats of the dead are missed
    expect(performance.now() - since).toBeLessThan('directory' in made.place ? 15_000 : 40_000);
    expect((await store.readEvents(id)).map(({ event }) => event)).toEqual([{ type: 'note', text: 'begun' }]);
  });
});
