import { expect, it } from 'vitest';
import { openPglite } from '../../../src/store/database/pglite-database.ts';
import { openQueue } from '../../../src/store/queue/queue.ts';
import { openDirectory } from '../../support/store.ts';

it('tells of what goes wrong in the background as errors, also where the queue does not', async () => {
  await using made = await openDirectory();
  await using embedded = await openPglite(made.place.directory);
  const told: Error[] = [];
  await using queue = await openQueue({ embedded }, (error) => told.push(error));
  const own = new Error('its own');
  queue.boss.emit('error', own);
  queue.boss.emit('error', { message: 'no room', queue: 'run' } as unknown as Error);
  expect(told[0]).toBe(own);
  expect(told[1]).toBeInstanceOf(Error);
  expect(told[1]).toMatchObject({ message: 'no room', queue: 'run' });
});
