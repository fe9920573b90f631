import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDirectory } from '../../src/housekeeping/data-directory.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ai-fix-data-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

describe('a data directory', () => {
  it('belongs to one process, and the second is told what to do', async () => {
    using _first = await openDataDirectory(path);
    await expect(openDataDirectory(path)).rejects.toMatchObject({
      code: 'directory_in_use',
      message: expect.stringMatching(/in use by process \d+ .*AI_FIX_DATA_DIR of its own.*DATABASE_URL/s),
    });
  });

  it('has empty scratch at each start', async () => {
    {
      using first = await openDataDirectory(path);
      await writeFile(join(first.scratch, 'half'), 'written');
    }
    using second = await openDataDirectory(path);
    expect(await readdir(second.scratch)).toEqual([]);
  });

  it('keeps its name over a restart, which has one of its own', async () => {
    const open = async () => {
      using data = await openDataDirectory(path);
      return data.owner;
    };
    const [first, second] = [await open(), await open()];
    expect(second.directory).toBe(first.directory);
    expect(second.start).not.toBe(first.start);
  });

  it('is another one when it was copied', async () => {
    using data = await openDataDirectory(path);
    const copy = `${path}-copy`;
    try {
      await cp(path, copy, { recursive: true });
      using copied = await openDataDirectory(copy);
      expect(copied.owner.directory).not.toBe(data.owner.directory);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
