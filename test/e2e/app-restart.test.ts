import { expect, it } from 'vitest';
import { commands, containersOf, goodFix, outcomeOf, startTestApp } from '../support/app-run.ts';

it('a run that the server left in the middle is begun again and ends once', async () => {
  await using app = await startTestApp();
  const title = 'Totals over a restart';
  const repository = await app.repository();
  app.play(title, commands(goodFix));
  const hold = app.hold(title, 2);
  const issue = await repository.label({ title });
  await hold.reached;
  await app.stop();
  expect(await repository.pulls()).toEqual([]);
  hold.release();
  await app.start();
  const run = await app.ended(title);
  expect(await containersOf(run)).toEqual([]);
  expect(outcomeOf(run)).toMatchObject({ outcome: 'proven' });
  expect(run.events.filter(({ type }) => type === 'outcome')).toHaveLength(1);
  expect(await repository.status(issue)).toContain('### ✅ Done: pull request #2');
  expect(await repository.comments(issue)).toHaveLength(1);
  expect(await repository.pulls()).toMatchObject([{ commits: 1 }]);
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
