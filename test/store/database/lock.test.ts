import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { lockDirectory } from '../../../src/store/database/lock.ts';
import { openDirectory } from '../../support/store.ts';

const lockModule = new URL('../../../src/store/database/lock.ts', import.meta.url).href;

/** A process of its own that holds the lock until it is killed. */
async function holdElsewhere(directory: string) {
  const script = `
    import { lockDirectory } from ${JSON.stringify(lockModule)};
    globalThis.lock = await lockDirectory(${JSON.stringify(directory)});
    console.log('locked');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface(child.stdout), 'line');
  return child;
}

it('refuses a second process in words, and lets it in after a kill -9', async () => {
  await using made = await openDirectory();
  const { directory } = made.place;
  const child = await holdElsewhere(directory);
  await expect(lockDirectory(directory)).rejects.toMatchObject({
    code: 'directory_in_use',
    message: expect.stringMatching(new RegExp(`in use by process ${child.pid} on .*DATABASE_URL`, 's')),
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  using _lock = await lockDirectory(directory);
});

it('refuses the same process a second time, until the first lock is given up', async () => {
  await using made = await openDirectory();
  const { directory } = made.place;
  {
    using _first = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'directory_in_use' });
    // a refusal takes nothing from the one who holds it
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'directory_in_use' });
  }
  using _second = await lockDirectory(directory);
});
