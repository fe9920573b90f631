import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeOf } from '../../src/workspace/commits.ts';
import { openLocalRepository } from '../../src/workspace/local-repository.ts';
import { createRepository } from '../support/repository.ts';

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ai-fix-scratch-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

describe('openLocalRepository', () => {
  it('reads commits of a work tree, of a directory in it, and of a bare clone', async () => {
    await using repository = await createRepository();
    const commit = await repository.commit({ 'a/b.txt': 'text' });
    const bare = join(scratch, 'bare.git');
    await execa('git', ['clone', '--quiet', '--bare', repository.directory, bare]);
    const { directory: root } = repository;
    for (const directory of [root, join(root, 'a'), join(root, '.git'), bare]) {
      await using opened = await openLocalRepository(directory, join(scratch, 'ours'));
      expect(await opened.resolve('HEAD')).toBe(commit);
      expect(await treeOf(opened.git, commit)).toBe(await repository.git('rev-parse', 'HEAD^{tree}'));
    }
  });

  it('reads a shallow clone and a linked work tree', async () => {
    await using repository = await createRepository();
    await repository.commit({ a: '1' });
    const commit = await repository.commit({ a: '2' });
    const shallow = join(scratch, 'shallow');
    await execa('git', ['clone', '--quiet', '--depth=1', `file://${repository.directory}`, shallow]);
    await repository.git('worktree', 'add', '--quiet', join(scratch, 'linked'));
    for (const directory of [shallow, join(scratch, 'linked')]) {
      await using opened = await openLocalRepository(directory, join(scratch, 'ours'));
      expect(await opened.resolve('HEAD')).toBe(commit);
    }
  });

  it('names uncommitted changes and writes nothing into the repository', async () => {
    await using repository = await createRepository();
    await repository.commit({ kept: '1', changed: '1' });
    await writeFile(join(repository.directory, 'changed'), '2');
    await writeFile(join(repository.directory, 'new file'), '');
    const before = await listing(repository.directory);
    await using opened = await openLocalRepository(repository.directory, join(scratch, 'ours'));
    expect(opened.uncommitted).toEqual(['changed', 'new file']);
    expect(await listing(repository.directory)).toEqual(before);
  });

  it('removes its own directory when disposed of', async () => {
    await using repository = await createRepository();
    await repository.commit({ a: '1' });
    await (await openLocalRepository(repository.directory, scratch))[Symbol.asyncDispose]();
    expect(await readdir(scratch)).toEqual([]);
  });

  it('runs nothing that the repository’s configuration names', async () => {
    await using repository = await createRepository();
    await repository.commit({ a: '1', '.gitattributes': '* filter=evil diff=evil' });
    const marker = join(scratch, 'marker');
    for (const name of [
      'core.fsmonitor',
      'filter.evil.clean',
      'filter.evil.process',
      'diff.evil.textconv',
      'diff.external',
      'core.pager',
    ]) {
      await repository.git('config', name, `touch ${marker}; cat`);
    }
    await writeFile(join(repository.directory, 'b'), 'new');
    await using opened = await openLocalRepository(repository.directory, join(scratch, 'ours'));
    await treeOf(opened.git, await opened.resolve('HEAD'));
    expect(opened.uncommitted).toContain('b');
    expect(await readdir(scratch)).toEqual(['ours']);
  });

  it('refuses what is no repository, an empty one, and a revision that is not there, each in words', async () => {
    await expect(openLocalRepository(join(scratch, 'nowhere'), scratch)).rejects.toMatchObject({
      code: 'not_a_repository',
    });
    await expect(openLocalRepository(scratch, scratch)).rejects.toMatchObject({
      code: 'not_a_repository',
      message: expect.stringContaining('not in a git repository'),
    });
    await using empty = await createRepository();
    await using opened = await openLocalRepository(empty.directory, join(scratch, 'ours'));
    await expect(opened.resolve('HEAD')).rejects.toMatchObject({ code: 'empty_repository' });
    await empty.commit({ a: '1' });
    await expect(opened.resolve('no-such-branch')).rejects.toMatchObject({
      code: 'unknown_revision',
      message: expect.stringContaining('"no-such-branch"'),
    });
  });

  it.each(['--upload-pack=touch x', '-u', '$(touch x)', 'HEAD; touch x'])(
    'takes the revision %j as a name only',
    async (revision) => {
      await using repository = await createRepository();
      await repository.commit({ a: '1' });
      await using opened = await openLocalRepository(repository.directory, join(scratch, 'ours'));
      await expect(opened.resolve(revision)).rejects.toMatchObject({ code: 'unknown_revision' });
      expect(await readdir(repository.directory)).toEqual(['.git', 'a']);
    },
  );
});

async function listing(directory: string): Promise<string> {
  const { stdout } = await execa('find', [directory, '-printf', '%p %s %T@ %m\n']);
  return stdout.split('\n').sort().join('\n');
}
