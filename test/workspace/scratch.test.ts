import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { git } from '../../src/workspace/git.ts';
import { makeScratch, removeLeftovers } from '../../src/workspace/scratch.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ai-fix-scratch-'));
  await git({ path: directory, objectFormat: 'sha1' }, [
    'init',
    '--quiet',
    '--bare',
    '--template=',
    directory,
  ]);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function place(path: string): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), 'half');
}

const later = () => new Date(Date.now() + 1000);

describe('what a crash left in a git directory', () => {
  it('is found and removed, and nothing else', async () => {
    const kept = ['objects/pack/pack-1.pack', 'objects/pack/pack-1.idx', 'objects/ab/cdef', 'refs/ai-fix/1'];
    const left = [
      ...['scratch-1/index', 'scratch-1/index.lock', 'objects/pack/tmp_pack_x', 'objects/ab/tmp_obj_x'],
      ...['objects/pack/pack-1.keep', 'refs/ai-fix/1.lock', 'config.lock', 'shallow.lock'],
    ];
    for (const path of [...kept, ...left]) await place(path);
    await removeLeftovers(directory, later());
    const paths = await readdir(directory, { recursive: true });
    expect(paths.filter((path) => left.includes(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining([...kept, 'HEAD', 'config']));
  });

  it('stays while it may be of somebody who is at work', async () => {
    await place('objects/pack/tmp_pack_x');
    const scratch = await makeScratch({ path: directory, objectFormat: 'sha1' });
    expect(await removeLeftovers(directory, new Date(Date.now() - 60_000))).toEqual([]);
    expect(await removeLeftovers(directory, later())).toHaveLength(2);
    await expect(readdir(scratch)).rejects.toThrow('ENOENT');
  });

  it('includes the pack that git was writing when it was killed', async () => {
    const indexing = spawn('git', [`--git-dir=${directory}`, 'index-pack', '--stdin'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // the head of a pack of one object, which does not come
    indexing.stdin.write(Buffer.from('5041434b0000000200000001', 'hex'));
    const packs = join(directory, 'objects/pack');
    await expect.poll(() => readdir(packs)).toHaveLength(1);
    const ended = once(indexing, 'exit');
    indexing.kill('SIGKILL');
    await ended;
    expect(await removeLeftovers(directory, later())).toEqual([
      expect.stringMatching(/^objects\/pack\/tmp_pack_/),
    ]);
  });
});
