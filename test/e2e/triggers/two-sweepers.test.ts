import { expect, it } from 'vitest';
import { startTestApp } from '../../support/app.ts';
import { findPostgres, startPostgres } from '../../support/postgres.ts';

const programs = await findPostgres();

it.skipIf(programs === null)(
  'two processes that sweep at once on one database ask and find once',
  async () => {
    await using postgres = await startPostgres(programs ?? '');
    await using app = await startTestApp({ databaseUrl: postgres.url });
    await using other = await app.beside();
    const repository = await app.repository();
    const elsewhere = await app.repository();
    const missed: number[] = [];
    const unsent: number[] = [];
    for (let index = 0; index < 8; index++) missed.push(await repository.issue());
    for (let index = 0; index < 8; index++) unsent.push(await elsewhere.issue());
    await app.settled();
    const lost = await app.withheld(async () => {
      for (const number of unsent) await elsewhere.label(number);
    });
    app.github.deliveries.splice(-lost.length);
    const failed = await app.withheld(async () => {
      for (const number of missed) await repository.label(number);
    });
    await Promise.all([app.sweep(), other.sweep(), app.sweep(), other.sweep()]);
    const verdicts = await app.settled();
    await Promise.all([app.sweep(), other.sweep()]);
    verdicts.push(...(await app.settled()));
    expect(verdicts).toEqual(Array(16).fill(expect.stringMatching(/^started /)));
    for (const { guid } of failed) {
      expect(app.github.deliveries.filter((delivery) => delivery.guid === guid)).toHaveLength(2);
    }
    for (const [on, numbers] of [
      [repository, missed],
      [elsewhere, unsent],
    ] as const) {
      for (const number of numbers) expect(await on.answers(number)).toHaveLength(1);
    }
  },
);
