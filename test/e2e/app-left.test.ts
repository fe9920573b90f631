import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { commands, containersOf, goodFix, outcomeOf, startTestApp } from '../support/app-run.ts';
import { expectToGrow } from '../support/history.ts';

const slowly = { timeout: 60_000 };
const waitForPeople = { again: () => 0, model: () => 3600 };
const askAgainSoon = { again: () => 0, model: () => 1 };
const last = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
  events.findLast((event): event is Extract<RunEvent, { type: Type }> => event.type === type);

describe('a run that the server left in the middle', () => {
  it('is gone on with where it was, with its files, and asks the model nothing twice', async () => {
    await using app = await startTestApp();
    const title = 'Totals over a restart';
    const repository = await app.repository();
    app.play(title, commands([...goodFix, 'cat lib/total.js && git status --short']));
    const hold = app.hold(title, 2);
    const issue = await repository.label({ title });
    await hold.reached;
    await app.seen(title, 'baseline_ready');
    await app.stop();
    expect(await repository.pulls()).toEqual([]);
    hold.release();
    await app.start();
    const run = await app.ended(title);

    expect(outcomeOf(run)).toMatchObject({ outcome: 'proven' });
    const bodies = app.model.requests.map(({ messages }) => JSON.stringify(messages).slice(0, -1));
    // the second was under way when the server stopped; the last asks for a look at the whole
    expect(new Set(bodies).size).toBe(5);
    expectToGrow(app.bodies());
    const told = run.events.flatMap((event) =>
      event.type === 'message' ? [String(event.message.content)] : [],
    );
    expect(told.filter((text) => text.startsWith('The sandbox was lost and set up again.'))).toHaveLength(1);
    expect(told.find((text) => text.includes('M lib/total.js'))).toContain('i < numbers.length; i');
    for (const type of ['environment_ready', 'baseline_ready'] as const)
      expect(last(run.events, type)).toMatchObject({ cached: true });
    expect(run.events.filter(({ type }) => type === 'outcome')).toHaveLength(1);

    expect(await containersOf(run)).toEqual([]);
    expect(await repository.status(issue)).toContain('### ✅ Done: pull request #2');
    expect(await repository.comments(issue)).toHaveLength(1);
    expect(await repository.pulls()).toMatchObject([{ commits: 1 }]);
  });
});

describe('runs that wait', () => {
  it('wait all when the money of the model runs out, say so once, and go on when somebody has paid', async () => {
    await using app = await startTestApp({ maximumRuns: 1 }, { pauses: waitForPeople });
    const [poor, next] = ['Totals without money', 'Totals after that'];
    const repository = await app.repository();
    const [first, ...rest] = commands(goodFix);
    app.play(poor, [{ ...first, faults: [{ status: 402 }] }, ...rest]);
    app.play(next, commands(goodFix));
    const issue = await repository.label({ title: poor });
    await app.seen(poor, 'parked');
    const other = await repository.label({ title: next });
    await expect
      .poll(() => repository.status(issue), slowly)
      .toContain('The account for the model has no money left. Whoever runs this App must top it up.');
    const status = await repository.status(issue);
    expect(status).toContain('### ⏸️ Waiting to go on with a fix');
    const id = /Run (\w+)/.exec(status)?.[1] ?? '';
    expect(await containersOf({ id })).toEqual([]);
    await expect.poll(() => repository.comments(other), slowly).toHaveLength(1);
    expect(await repository.status(other)).toContain('### ⏳ Waiting to work on a fix');

    await app.stop();
    await app.start();
    for (const title of [poor, next])
      expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'proven' });
    for (const number of [issue, other]) expect(await repository.comments(number)).toHaveLength(1);
    expect(await repository.pulls()).toMatchObject([{ commits: 1 }, { commits: 1 }]);
  });

  it('go on by themselves when the model is there again', async () => {
    await using app = await startTestApp({}, { pauses: askAgainSoon });
    const title = 'Totals without a model';
    const repository = await app.repository();
    const [first, second] = commands(goodFix);
    const down = Array.from({ length: 5 }, () => ({ status: 503 }));
    app.play(title, [first, { ...second, faults: down }] as ReturnType<typeof commands>);
    await repository.label({ title });
    const run = await app.ended(title);
    expect(outcomeOf(run)).toMatchObject({ outcome: 'proven' });
    expect(last(run.events, 'parked')).toMatchObject({ code: 'model_broken_answer' });
    expect(await repository.pulls()).toMatchObject([{ commits: 1 }]);
  });

  it('are stopped by a word, and it is said', async () => {
    await using app = await startTestApp({}, { pauses: waitForPeople });
    const title = 'Totals that nobody wants';
    const repository = await app.repository();
    const [first, ...rest] = commands(goodFix);
    app.play(title, [{ ...first, faults: [{ status: 401 }] }, ...rest]);
    const issue = await repository.label({ title });
    await app.seen(title, 'parked');
    const status = () => repository.status(issue);
    await expect.poll(status, slowly).toContain('The model refused the key of this App.');
    await repository.comment(issue, '/deepseek stop', 'noor');
    await expect.poll(status, slowly).toContain('### ⏹️ Cancelled');
    expect(await repository.status(issue)).toContain('`@noor` asked to stop it');
    expect(await repository.pulls()).toEqual([]);
  });
});

it('two issues of two organisations both end where one run at once is allowed', async () => {
  await using app = await startTestApp({ maximumRuns: 1 });
  app.play('Totals at', commands(goodFix));
  const here = await app.repository();
  const there = await app.repository({ owner: 'globex' });
  await Promise.all([here.label({ title: 'Totals at acme' }), there.label({ title: 'Totals at globex' })]);
  for (const title of ['Totals at acme', 'Totals at globex']) {
    expect(outcomeOf(await app.ended(title))).toMatchObject({ outcome: 'proven' });
  }
  for (const repository of [here, there]) {
    expect(await repository.pulls()).toMatchObject([{ draft: true, commits: 1 }]);
  }
});
