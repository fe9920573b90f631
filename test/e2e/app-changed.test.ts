import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openPglite } from '../../src/store/database/pglite-database.ts';
import {
  commands,
  containersOf,
  goodFix,
  outcomeOf,
  startTestApp,
  type TestApp,
} from '../support/app-run.ts';

const slowly = { timeout: 60_000 };

/** Changes what the server keeps while it does not run. */
async function change({ dataDirectory }: TestApp, sql: string): Promise<void> {
  await using database = await openPglite(join(dataDirectory, 'database'));
  await database.query(sql);
}

it('runs of which the stored request was damaged end, are told as far as that can be done, and can be asked for again', async () => {
  await using app = await startTestApp();
  const titles = ['Totals without comments', 'Totals without anything'] as const;
  const repository = await app.repository();
  for (const title of titles) app.play(title, commands(goodFix));
  const holds = titles.map((title) => app.hold(title, 1));
  const issues = [await repository.label({ title: titles[0] }), await repository.label({ title: titles[1] })];
  await Promise.all(holds.map(({ reached }) => reached));
  await app.stop();
  for (const { release } of holds) release();
  const whose = (title: string) => `WHERE request::jsonb -> 'issue' ->> 'title' = '${title}'`;
  await change(
    app,
    `UPDATE ai_fix.runs SET request = (request::jsonb - 'comments')::json ${whose(titles[0])}`,
  );
  await change(app, `UPDATE ai_fix.runs SET request = '{}' ${whose(titles[1])}`);
  await app.start();
  const runs = await Promise.all(titles.map((title) => app.ended(title)));
  for (const run of runs) expect(await containersOf(run)).toEqual([]);
  expect(await repository.pulls()).toEqual([]);
  const status = await repository.status(issues[0] ?? 0);
  expect(status).toMatch(/^<!-- .* -->\n### ❌ Failed\n\nWhat the server keeps of this run is damaged\./);
  expect(status).toContain('its request (comments: invalid_type)');

  const where = { owner: repository.owner, repo: repository.repo, issue_number: issues[1] ?? 0 };
  const { issues: api } = repository.as('maya').rest;
  await api.removeLabel({ ...where, name: 'ai-fix' });
  await api.addLabels({ ...where, labels: ['ai-fix'] });
  expect(outcomeOf(await app.ended(titles[1], 2))).toMatchObject({ outcome: 'proven' });
});

it('a run at which the server died twice is at work by itself until it gets on', async () => {
  await using app = await startTestApp();
  const [suspect, other] = ['Totals that may kill', 'Totals beside them'];
  const repository = await app.repository();
  for (const title of [suspect, other]) app.play(title, commands(goodFix));
  const first = app.hold(suspect, 1);
  await repository.label({ title: suspect });
  await first.reached;
  await app.stop();
  // as if the server had died there, and again before it could get on
  const resumed = JSON.stringify({ type: 'run_resumed' });
  await change(app, `UPDATE ai_fix.run_events SET event = '${resumed}' WHERE event ->> 'type' = 'parked'`);

  const second = app.hold(suspect, 2);
  await app.start();
  await app.seen(suspect, 'run_resumed');
  await repository.label({ title: other });
  const begun = () =>
    app
      .log()
      .split('\n')
      .filter((line) => line.includes('"run begins"')).length;
  await expect.poll(begun, slowly).toBe(3);
  let isBeside = false;
  void app.seen(other, 'run_started').then(() => {
    isBeside = true;
  });
  await expect.poll(() => app.bodies().length, slowly).toBe(2);
  expect(isBeside).toBe(false);
  first.release();
  await second.reached;
  expect(outcomeOf(await app.ended(other))).toMatchObject({ outcome: 'proven' });
  second.release();
  expect(outcomeOf(await app.ended(suspect))).toMatchObject({ outcome: 'proven' });
});
