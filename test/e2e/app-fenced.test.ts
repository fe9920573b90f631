import { expect, it } from 'vitest';
import { openPg } from '../../src/store/database/pg-database.ts';
import { commands, goodFix, startTestApp } from '../support/app-run.ts';
import { findPostgres, startPostgres } from '../support/postgres.ts';

const slowly = { timeout: 60_000 };
const programs = await findPostgres();

it.runIf(programs)('a worker that lost its run while it publishes writes nothing more of it', async () => {
  await using postgres = await startPostgres(programs ?? '');
  await using app = await startTestApp({ databaseUrl: postgres.url }, { pace: { answer: 2000 } });
  await using database = await openPg(postgres.url, () => {});
  const title = 'Totals of two workers';
  const repository = await app.repository();
  app.play(title, commands(goodFix));
  // silence keeps the worker where it is, until the run is somebody else's
  app.github.inject({ method: 'POST', path: /\/git\/trees$/, when: 'after', fault: 'hang' });
  const issue = await repository.label({ title });
  const trees = () => repository.asked().filter(({ call }) => call === 'POST /git/trees').length;
  await expect.poll(trees, slowly).toBe(1);
  await database.query(
    `UPDATE ai_fix.runs SET token = token + 1, state = 'queued', job = NULL, not_before = now() + interval '1 hour'`,
  );
  const asked = repository.asked().length;
  await expect.poll(app.log, slowly).toContain("is no longer this worker's");
  const later = repository.asked().slice(asked);
  expect(later.filter(({ call }) => !/^(GET |POST \/git\/trees$)/.test(call))).toEqual([]);
  expect(await repository.branches()).toEqual(['main']);
  expect(await repository.status(issue)).toContain('Working on a fix');
});
