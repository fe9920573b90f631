import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import type { RunRequest } from '../../../src/core/run-record.ts';
import type { Database } from '../../../src/store/database/database.ts';
import { migrate } from '../../../src/store/database/migrate.ts';
import { openPglite } from '../../../src/store/database/pglite-database.ts';
import { checkEvents, checkRequest } from '../../../src/store/runs/check-stored.ts';
import { readEvents } from '../../../src/store/runs/run-events.ts';
import { recordedRun } from '../../support/recorded-run.ts';
import { newRepository, openDirectory, requestFor } from '../../support/store.ts';

const corrupt = (message: string | RegExp) => ({
  code: 'data_corrupt',
  message: expect.stringMatching(message),
});

describe('a stored request', () => {
  const request = requestFor(newRepository(), 7, {
    pull: {
      number: 3,
      branch: 'b',
      mergeBase: 'm',
      threads: [{ id: 1, about: 'a.ts:1' }],
      failedChecks: [{ name: 'ci', summary: 'red' }],
    },
  });

  it('is taken as it was written, and with more in it', () => {
    expect(() => checkRequest('1', request)).not.toThrow();
    expect(() => checkRequest('1', { ...request, later: true } as RunRequest)).not.toThrow();
  });

  it.each([
    ['nothing', null, 'all of it'],
    ['another number', { ...request, issue: { ...request.issue, number: '7' } }, /issue\.number/],
    ['no repository', { ...request, repository: undefined }, /repository/],
    ['half an image', { ...request, issue: { ...request.issue, images: [{}] } }, /issue\.images\.0\.url/],
    ['half a pull request', { ...request, pull: { number: 3 } }, /pull\.branch/],
  ])('is refused in words when it holds %s', (_, damaged, where) => {
    expect(() => checkRequest('1', damaged as RunRequest)).toThrow(expect.objectContaining(corrupt(where)));
  });
});

describe('stored events', () => {
  const numbered = (events: readonly unknown[], first = 1) =>
    events.map((event, index) => ({ number: first + index, event: event as RunEvent }));

  it('are taken as a run wrote them', () => {
    expect(() => checkEvents('1', 0, numbered(recordedRun))).not.toThrow();
  });

  it('may show images to the model', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,' } };
    const content = [{ type: 'text', text: 'The images:' }, image];
    const shown = { type: 'message', message: { role: 'user', content } };
    expect(() => checkEvents('1', 0, numbered([shown]))).not.toThrow();
  });

  it.each([
    ['of a type that there is not', { type: 'nonsense' }, /event number 2 \(there is no type "nonsense"\)/],
    ['that are no object', 7, 'event number 2'],
    ['that are null', null, 'event number 2'],
    ['with a property of Object for a type', { type: 'constructor' }, 'there is no type'],
    ['without what they tell', { type: 'message' }, /event number 2 \(message/],
    [
      'with a message of nobody',
      { type: 'message', message: { role: 'nobody', content: '' } },
      'message.role',
    ],
  ])('%s are refused in words', (_, damaged, where) => {
    const rows = numbered([{ type: 'note', text: 'CANARY' }, damaged]);
    expect(() => checkEvents('1', 0, rows)).toThrow(expect.objectContaining(corrupt(where)));
  });

  it('must have no gap', () => {
    const note = { type: 'note', text: '' };
    expect(() => checkEvents('1', 3, numbered([note, note], 4))).not.toThrow();
    expect(() => checkEvents('1', 0, numbered([note], 2))).toThrow(
      expect.objectContaining(corrupt('event number 1, which is missing')),
    );
  });

  describe('in a database', () => {
    const opened = new AsyncDisposableStack();
    let database: Database;
    beforeAll(async () => {
      const { place } = opened.use(await openDirectory());
      database = opened.use(await openPglite(place.directory));
      await migrate(database);
    });
    afterAll(() => opened.disposeAsync());

    it('are refused where they are read', async () => {
      await database.query(
        `INSERT INTO ai_fix.runs (id, host, installation_id, repository_id, issue_number, request, created_at)
         VALUES ('run', 'github.com', 1, 2, 3, '{}', now());
         INSERT INTO ai_fix.run_events (run_id, number, at, version, event)
         VALUES ('run', 1, now(), 1, '{"type":"note","text":"kept"}'), ('run', 3, now(), 1, '{"type":"note","text":""}')`,
      );
      await expect(readEvents(database, 'run', 0)).rejects.toMatchObject(corrupt('event number 2'));
    });
  });
});
