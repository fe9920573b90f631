import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RepositoryFiles } from '../../src/environment/repository-files.ts';
import { commitFiles } from '../../src/workspace/commits.ts';
import { createRepository } from '../support/repository.ts';
import { repositoryFiles } from '../support/repository-files.ts';

type Opened = AsyncDisposable & { files: RepositoryFiles };

const implementations: [string, (texts: Record<string, string>) => Promise<Opened>][] = [
  [
    'of a commit in git',
    async (texts) => {
      const repository = await createRepository();
      const commit = await repository.commit(texts);
      const files = commitFiles({ path: join(repository.directory, '.git'), objectFormat: 'sha1' }, commit);
      return { files, [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose]() };
    },
  ],
  [
    'in memory',
    async (texts) => ({ files: repositoryFiles(texts), [Symbol.asyncDispose]: async () => undefined }),
  ],
];

describe.each(implementations)('the files %s', (_name, open) => {
  const texts = {
    'b.txt': 'b\r\n',
    'a/größe.txt': 'ü',
    'a/again.txt': 'b\r\n',
    empty: '',
    large: 'x'.repeat(1024 * 1024 + 1),
    'largest to read': 'x'.repeat(1024 * 1024),
  };

  it('tell when the commit was made', async () => {
    await using opened = await open(texts);
    const age = Date.now() - (await opened.files.committedAt()).getTime();
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(10 * 60 * 1000);
  });

  it('are listed in order, with their whole paths', async () => {
    await using opened = await open(texts);
    expect(await opened.files.paths()).toEqual([
      'a/again.txt',
      'a/größe.txt',
      'b.txt',
      'empty',
      'large',
      'largest to read',
    ]);
  });

  it('are read as they are', async () => {
    await using opened = await open(texts);
    expect(await opened.files.read('b.txt')).toBe('b\r\n');
    expect(await opened.files.read('a/größe.txt')).toBe('ü');
    expect(await opened.files.read('empty')).toBe('');
  });

  it('are null where there is none, where it is a directory, and over a megabyte', async () => {
    await using opened = await open(texts);
    for (const path of ['missing', 'a', 'large', '']) expect(await opened.files.read(path), path).toBeNull();
    expect(await opened.files.read('largest to read')).toHaveLength(1024 * 1024);
  });

  it('are read together, without those that cannot be read', async () => {
    await using opened = await open(texts);
    const all = await opened.files.readAll(['b.txt', 'missing', 'large', 'empty', 'b.txt']);
    expect([...all]).toEqual([
      ['b.txt', 'b\r\n'],
      ['empty', ''],
    ]);
  });

  it('are told apart by their content, not by their name', async () => {
    await using opened = await open(texts);
    const [b, again, missing, empty] = await opened.files.ids(['b.txt', 'a/again.txt', 'missing', 'empty']);
    expect(b).toMatch(/^[0-9a-f]{40}$/);
    expect(again).toBe(b);
    expect(missing).toBe('none');
    expect(empty).not.toBe(b);
  });
});

describe('the files of a commit in git', () => {
  it('leave out links, whose target may lie anywhere', async () => {
    await using repository = await createRepository();
    await symlink('/etc/passwd', join(repository.directory, 'package.json'));
    const commit = await repository.commit({ 'a.txt': 'a' });
    const files = commitFiles({ path: join(repository.directory, '.git'), objectFormat: 'sha1' }, commit);
    expect(await files.read('package.json')).toBeNull();
    expect(await files.read('a.txt')).toBe('a');
  });
});
