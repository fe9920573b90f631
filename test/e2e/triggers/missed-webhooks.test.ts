import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp, type TestRepository } from '../../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const started = expect.stringMatching(/^started /);

/** Status comments, one for each run. */
async function runsOn(repository: TestRepository, number: number): Promise<number> {
  return (await repository.answers(number)).filter((answer) => answer.includes('kind=status')).length;
}

/** Something happens of which GitHub sends nothing, or has forgotten it. */
async function unsent(act: () => Promise<unknown>): Promise<void> {
  const lost = await app.withheld(act);
  app.github.deliveries.splice(app.github.deliveries.length - lost.length, lost.length);
}

async function close(repository: TestRepository, number: number): Promise<void> {
  await app.as('maya').rest.issues.update({ ...repository.where, issue_number: number, state: 'closed' });
}

describe('after an outage', () => {
  it('all that was asked for is done once, and nothing else', async () => {
    const repository = await app.repository();
    const kept = await repository.issue();
    const taken = await repository.issue();
    const closed = await repository.issue();
    const spoken = await repository.issue();
    const reader = await repository.issue();
    const pull = await repository.pull({ by: 'app', branch: `ai-fix/${reader}-sum` });
    await app.settled();
    await app.stop();
    await repository.label(kept);
    await repository.label(taken);
    await repository.unlabel(taken);
    await repository.label(closed);
    await close(repository, closed);
    await repository.comment(spoken, '/deepseek fix');
    await repository.comment(reader, '/deepseek fix', 'rita');
    await app.as('adam').rest.pulls.createReview({
      ...repository.where,
      pull_number: pull,
      event: 'COMMENT',
      body: '/deepseek retry with a map',
    });
    await app.github.settled();
    await app.restart();
    await app.sweep();
    await app.settled();
    expect(
      await Promise.all([kept, taken, closed, spoken, reader].map((number) => runsOn(repository, number))),
    ).toEqual([1, 0, 0, 1, 0]);
    expect(await repository.answers(taken)).toEqual([]);
    expect(await repository.answers(closed)).toEqual([]);
    expect(await runsOn(repository, pull)).toBe(1);
    const deliveries = app.github.deliveries.length;
    await app.sweep();
    expect(await app.settled()).toEqual([]);
    expect(app.github.deliveries).toHaveLength(deliveries);
  });

  it('a run that was asked to stop meanwhile ends, and one that was asked for later goes on', async () => {
    const repository = await app.repository();
    const [first, second] = [await repository.issue(), await repository.issue()];
    await repository.label(first);
    await repository.label(second);
    expect(await app.settled()).toEqual([started, started]);
    await app.stop();
    await repository.unlabel(first);
    await repository.unlabel(second);
    await repository.label(second);
    await app.github.settled();
    await app.restart();
    await app.sweep();
    const verdicts = await app.settled();
    expect(verdicts).toHaveLength(3);
    expect(verdicts.filter((verdict) => verdict.startsWith('cancelled'))).toHaveLength(1);
    expect(await runsOn(repository, second)).toBe(1);
    expect((await repository.answers(first))[0]).toContain('removed the label');
    expect((await repository.answers(second))[0]).not.toContain('removed the label');
  });

  it('the text that was approved is read, not what it was edited into', async () => {
    const repository = await app.repository();
    const number = await repository.issue({ title: 'The approved title' });
    await app.settled();
    await app.stop();
    await repository.label(number);
    await app
      .as('maya')
      .rest.issues.update({ ...repository.where, issue_number: number, body: '<!-- later -->x' });
    await app.github.settled();
    await app.restart();
    await app.sweep();
    expect(await app.settled()).toEqual([started]);
    // what is hidden in a text is told of: the later text has something hidden, the approved one has not
    expect((await repository.answers(number))[0]).not.toContain('Left out');
  });

  it('a delivery that keeps failing is asked for four times, and then given up', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    await app.settled();
    app.github.loseDeliveries(({ action }) => action === 'created');
    await repository.comment(number, '/deepseek fix');
    for (let sweep = 0; sweep < 6; sweep++) {
      await app.sweep();
      await app.settled();
    }
    const guid = app.github.deliveries.at(-1)?.guid;
    expect(app.github.deliveries.filter((delivery) => delivery.guid === guid)).toHaveLength(5);
    app.github.loseDeliveries(() => false);
  });

  it('a sweep that GitHub breaks off is made again by the next', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    await app.withheld(() => repository.label(number));
    app.github.inject({
      method: 'GET',
      path: /^\/app\/(hook\/deliveries|installations)/,
      when: 'before',
      times: 6,
      fault: { status: 502 },
    });
    await app.sweep();
    expect(await app.settled()).toEqual([]);
    await app.sweep();
    expect(await app.settled()).toEqual([started]);
  });
});

describe('a labelled issue of which no webhook tells', () => {
  it('is found, once', async () => {
    const repository = await app.repository();
    const number = await repository.issue();
    await unsent(() => repository.label(number));
    await app.sweep();
    expect(await app.settled()).toEqual([started]);
    await app.sweep();
    expect(await app.settled()).toEqual([]);
    expect(await runsOn(repository, number)).toBe(1);
  });

  it('and the webhook that comes after all does nothing, nor does the other way round', async () => {
    const repository = await app.repository();
    const [first, second] = [await repository.issue(), await repository.issue()];
    const [late] = await app.withheld(() => repository.label(first));
    app.github.deliveries.splice(app.github.deliveries.indexOf(late as never), 1);
    await repository.label(second);
    await app.settled();
    await app.sweep();
    expect(await app.settled()).toEqual([started]);
    await app.deliver('issues', JSON.parse(late?.body ?? ''), { guid: late?.guid ?? '' });
    expect(await app.settled()).toEqual(['ignored: it was answered before']);
    expect(await repository.answers(first)).toHaveLength(1);
    expect(await repository.answers(second)).toHaveLength(1);
  });

  it('is found although it was labelled before within the same second, of which a webhook told', async () => {
    const repository = await app.repository();
    const times = async (number: number) => {
      const { data } = await app
        .as('maya')
        .rest.issues.listEvents({ ...repository.where, issue_number: number });
      return data.filter(({ event }) => event === 'labeled').map(({ created_at }) => created_at);
    };
    for (let isWithinOne = false; !isWithinOne; ) {
      const number = await repository.issue();
      await app.settled();
      await repository.label(number);
      await repository.unlabel(number);
      await app.github.settled();
      await unsent(() => repository.label(number));
      await app.settled();
      isWithinOne = new Set(await times(number)).size === 1;
      if (!isWithinOne) await unsent(() => repository.unlabel(number));
    }
    await app.sweep();
    expect(await app.settled()).toEqual([expect.stringMatching(/^(started|ignored: a run is going on)/)]);
    await app.sweep();
    expect(await app.settled()).toEqual([]);
  });

  it('is not taken up again where the request was refused, whichever way it came', async () => {
    const repository = await app.repository();
    const [told, found] = [await repository.issue(), await repository.issue()];
    await repository.label(told, 'tria');
    expect(await app.settled()).toEqual([expect.stringMatching(/^refused: .*write access/)]);
    await unsent(() => repository.label(found, 'tria'));
    await app.sweep();
    expect(await app.settled()).toEqual([expect.stringMatching(/^refused: .*write access/)]);
    await app.sweep();
    expect(await app.settled()).toEqual([]);
    expect(await repository.answers(told)).toHaveLength(1);
    expect(await repository.answers(found)).toHaveLength(1);
  });

  it('is none when it was closed, unlabelled, labelled by a bot or lies where the App is not', async () => {
    app.github.createOrganisation('elsewhere');
    const [here, there] = [await app.repository(), await app.repository({ owner: 'elsewhere' })];
    const bot = await app.asApp('acme');
    await unsent(async () => {
      const [closed, taken, byBot] = [await here.issue(), await here.issue(), await here.issue()];
      await here.label(closed);
      await close(here, closed);
      await here.label(taken);
      await here.unlabel(taken);
      await bot.rest.issues.addLabels({ ...here.where, issue_number: byBot, labels: ['ai-fix'] });
      await there.label(await there.issue());
    });
    await app.sweep();
    expect(await app.settled()).toEqual([]);
  });

  it('is refused where a stranger may have edited it since', async () => {
    const repository = await app.repository();
    const { data: issue } = await app.as('rita').rest.issues.create({ ...repository.where, title: 'Mine' });
    const at = { ...repository.where, issue_number: issue.number };
    await unsent(() => repository.label(issue.number));
    // GitHub's times are whole seconds
    const labelled = (await app.as('maya').rest.issues.get(at)).data.updated_at;
    do await app.as('rita').rest.issues.update({ ...at, body: `Edited ${Math.random()}` });
    while ((await app.as('maya').rest.issues.get(at)).data.updated_at === labelled);
    await app.sweep();
    expect(await app.settled()).toEqual([expect.stringMatching(/^refused: .*learned of the label late/)]);
  });
});

it('of 60 requests with 30 % of the deliveries lost, each is handled once', async () => {
  const repository = await app.repository();
  const random = chance(7);
  const issues: number[] = [];
  for (let index = 0; index < 60; index++) issues.push(await repository.issue());
  await app.settled();
  app.github.loseDeliveries(() => random() < 0.3);
  const before = app.github.deliveries.length;
  for (const [index, number] of issues.entries()) {
    if (index % 2 === 0) await repository.label(number);
    else await repository.comment(number, '/deepseek fix');
  }
  await app.github.settled();
  const lost = app.github.deliveries.slice(before).filter(({ statusCode }) => statusCode === 502);
  expect(lost.length).toBeGreaterThan(10);
  const verdicts = await app.settled();
  for (let sweep = 0; sweep < 4; sweep++) {
    await app.sweep();
    verdicts.push(...(await app.settled()));
  }
  app.github.loseDeliveries(() => false);
  expect(verdicts).toEqual(Array(60).fill(started));
  expect(new Set(verdicts).size).toBe(60);
  expect(await Promise.all(issues.map((number) => runsOn(repository, number)))).toEqual(Array(60).fill(1));
});

/** The same numbers between 0 and 1 for the same seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('webhooks in any order', () => {
  const orders = permutations([0, 1, 2, 3]);

  async function withheldOf(repository: TestRepository, act: (number: number) => Promise<unknown>) {
    let number = 0;
    const withheld = await app.withheld(async () => {
      const issue = { ...repository.where, title: 'Wrong', labels: ['ai-fix'] };
      number = (await app.as('maya').rest.issues.create(issue)).data.number;
      await act(number);
    });
    return { number, withheld };
  }

  it('all 24 of opened, labeled, unlabeled and closed come to no run and no word', async () => {
    const repository = await app.repository();
    for (const order of orders) {
      const { number, withheld } = await withheldOf(repository, async (issue) => {
        await repository.unlabel(issue);
        await close(repository, issue);
      });
      expect(withheld.map(({ action }) => action)).toEqual(['opened', 'labeled', 'unlabeled', 'closed']);
      for (const index of order) app.github.redeliver(withheld[index]?.id ?? 0);
      await app.settled();
      expect(await repository.answers(number)).toEqual([]);
    }
  });

  it('all 24 of opened, labeled, unlabeled and labeled come to one run that goes on', async () => {
    const repository = await app.repository();
    for (const order of orders) {
      const { number, withheld } = await withheldOf(repository, async (issue) => {
        await repository.unlabel(issue);
        await repository.label(issue);
      });
      for (const index of order) app.github.redeliver(withheld[index]?.id ?? 0);
      await app.settled();
      const [status = '', ...more] = await repository.answers(number);
      expect(more).toEqual([]);
      expect(status).toContain('kind=status');
      expect(status).not.toContain('removed the label');
    }
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
