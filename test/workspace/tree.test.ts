import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Changes, FileChange } from '../../src/core/changes.ts';
import { openLocalRepository } from '../../src/workspace/local-repository.ts';
import { countLines, printPatch, writeTree } from '../../src/workspace/tree.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

const text = (content: string | Buffer, executable = false): FileChange => ({
  kind: 'file',
  executable,
  bytes: Buffer.from(content),
});

async function inRepository(
  work: (repository: TestRepository, scratch: string) => Promise<void>,
): Promise<void> {
  await using repository = await createRepository();
  const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-scratch-'));
  try {
    await work(repository, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

describe('writeTree', () => {
  it('gives the id that git itself gives to the same files', () =>
    inRepository(async (repository, scratch) => {
      const base = await repository.commit({
        'kept.txt': 'kept',
        'changed.txt': 'before',
        'gone.txt': 'gone',
        'dir/only.txt': 'emptied directories disappear',
        becomesDirectory: 'a file',
      });
      await using opened = await openLocalRepository(repository.directory, scratch);
      const changes: Changes = new Map<string, FileChange>([
        ['changed.txt', text('after\r\n')],
        ['gone.txt', { kind: 'deleted' }],
        ['dir/only.txt', { kind: 'deleted' }],
        ['becomesDirectory', { kind: 'deleted' }],
        ['becomesDirectory/inside.txt', text('inside')],
        ['tool.sh', text('#!/bin/sh\n', true)],
        ['link', { kind: 'link', target: 'kept.txt' }],
        ['ü/日本 "quoted".txt', text('names')],
        ['empty', text('')],
      ]);
      const tree = await writeTree(opened.git, base, changes);

      await repository.git('rm', '--quiet', 'gone.txt', 'dir/only.txt', 'becomesDirectory');
      await execa('ln', ['-s', 'kept.txt', join(repository.directory, 'link')]);
      await repository.commit({
        'changed.txt': 'after\r\n',
        'becomesDirectory/inside.txt': 'inside',
        'tool.sh': '#!/bin/sh\n',
        'ü/日本 "quoted".txt': 'names',
        empty: '',
      });
      await repository.git('update-index', '--chmod=+x', 'tool.sh');
      expect(tree).toBe(await repository.git('write-tree'));
    }));

  it.each(['.git/config', 'a/.GIT/x', '../outside', 'git~1/x', 'a//b', '.g\u200cit/x'])(
    'refuses the path %j, whatever was checked before',
    (path) =>
      inRepository(async (repository, scratch) => {
        const base = await repository.commit({ a: '1' });
        await using opened = await openLocalRepository(repository.directory, scratch);
        await expect(writeTree(opened.git, base, new Map([[path, text('x')]]))).rejects.toMatchObject({
          code: 'git_failed',
        });
      }),
  );

  it('refuses a .gitmodules that would run something, as git fsck does', () =>
    inRepository(async (repository, scratch) => {
      const base = await repository.commit({ a: '1' });
      await using opened = await openLocalRepository(repository.directory, scratch);
      const evil = '[submodule "x"]\n\tpath = x\n\turl = --upload-pack=touch marker\n';
      await expect(writeTree(opened.git, base, new Map([['.gitmodules', text(evil)]]))).rejects.toMatchObject(
        { code: 'git_failed' },
      );
    }));
});

describe('printPatch', () => {
  const cases: [string, Record<string, string | Buffer>, [string, FileChange][]][] = [
    ['text', { a: 'one\ntwo\n' }, [['a', text('one\nthree\n')]]],
    ['CRLF and no final newline', { a: 'one\r\ntwo' }, [['a', text('one\r\nthree')]]],
    ['latin1', { a: Buffer.from([0xe9, 10, 0x61, 10]) }, [['a', text(Buffer.from([0xe9, 10, 0x62, 10]))]]],
    [
      'latin1 in a file with an odd name',
      { 'a*"ü': Buffer.from([0xe9, 10]) },
      [['a*"ü', text(Buffer.from([0xe8, 10]))]],
    ],
    ['binary', { a: Buffer.from([0, 1, 2]) }, [['a', text(Buffer.from([0, 1, 3]))]]],
    [
      'modes, links and deletions',
      { a: 'x', b: 'y' },
      [
        ['a', text('x', true)],
        ['b', { kind: 'deleted' }],
        ['l', { kind: 'link', target: 'a' }],
      ],
    ],
    [
      'a rename',
      { 'old name.txt': 'a\nb\nc\nd\ne\n' },
      [
        ['old name.txt', { kind: 'deleted' }],
        ['new.txt', text('a\nb\nc\nd\nE\n')],
      ],
    ],
  ];

  it.each(cases)('gives %s so that `git apply` makes the same tree, in valid UTF-8', (_, files, entries) =>
    inRepository(async (repository, scratch) => {
      const base = await repository.commit(files);
      await using opened = await openLocalRepository(repository.directory, scratch);
      const changes = new Map(entries);
      const tree = await writeTree(opened.git, base, changes);
      const patch = await printPatch(opened.git, base, changes, tree);
      expect(patch).not.toContain('\ufffd');
      const file = join(scratch, 'change.patch');
      await writeFile(file, patch);
      await repository.git('apply', '--index', file);
      expect(await repository.git('write-tree')).toBe(tree);
    }),
  );

  it('runs nothing that attributes name', () =>
    inRepository(async (repository, scratch) => {
      const base = await repository.commit({ '.gitattributes': '* diff=evil filter=evil', a: '1\n' });
      await repository.git('config', 'diff.evil.textconv', `touch ${scratch}/marker; cat`);
      await repository.git('config', 'filter.evil.clean', `touch ${scratch}/marker; cat`);
      await using opened = await openLocalRepository(repository.directory, join(scratch, 'ours'));
      const changes = new Map([['a', text('2\n')]]);
      const tree = await writeTree(opened.git, base, changes);
      expect(await printPatch(opened.git, base, changes, tree)).toContain('+2');
      await expect(execa('ls', [join(scratch, 'marker')])).rejects.toThrow();
    }));
});

describe('countLines', () => {
  it('counts per file and tells binary files by null', () =>
    inRepository(async (repository, scratch) => {
      const base = await repository.commit({ a: '1\n2\n', 'b c': 'x\n', bin: Buffer.from([0, 1]) });
      await using opened = await openLocalRepository(repository.directory, scratch);
      const changes = new Map<string, FileChange>([
        ['a', text('1\n3\n4\n')],
        ['b c', { kind: 'deleted' }],
        ['bin', text(Buffer.from([0, 2]))],
      ]);
      const tree = await writeTree(opened.git, base, changes);
      expect(await countLines(opened.git, base, tree)).toEqual([
        { path: 'a', added: 2, deleted: 1 },
        { path: 'b c', added: 0, deleted: 1 },
        { path: 'bin', added: null, deleted: null },
      ]);
    }));
});
