import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Changes, FileChange } from '../../src/core/changes.ts';
import type { GitDirectory } from '../../src/workspace/git.ts';
import { readPatch } from '../../src/workspace/read-patch.ts';
import { printPatch, writeTree } from '../../src/workspace/tree.ts';
import { createRepository, type TestRepository } from '../support/repository.ts';

let repository: TestRepository;
let directory: GitDirectory;
let base: string;
beforeAll(async () => {
  repository = await createRepository();
  base = await repository.commit({ 'a.txt': 'one\ntwo\n', 'b.txt': 'kept\n'.repeat(20), 'run.sh': 'echo\n' });
  directory = { path: `${repository.directory}/.git`, objectFormat: 'sha1' };
});
afterAll(() => repository[Symbol.asyncDispose]());

const file = (content: string | Buffer, executable = false): FileChange => ({
  ...{ kind: 'file', executable, bytes: Buffer.from(content) },
});

describe('a patch that was printed', () => {
  it.each<[string, Record<string, FileChange>]>([
    ['lines and a missing end of line', { 'a.txt': file('one\n2\nthree') }],
    ['a new file and an empty one', { 'new/é name.txt': file('x\n'), empty: file('') }],
    ['a moved file', { 'b.txt': { kind: 'deleted' }, 'c.txt': file('kept\n'.repeat(20)) }],
    ['a mode', { 'run.sh': file('echo\n', true) }],
    ['a link', { link: { kind: 'link', target: 'a.txt' } }],
    [
      'text that is not UTF-8, and bytes',
      { 'a.txt': file(Buffer.from([0x6f, 0xe9, 0x0a])), bin: file(Buffer.from([0, 1, 2])) },
    ],
    ['other line ends', { 'a.txt': file('one\r\ntwo\r\n') }],
  ])('gives back what it was printed from: %s', async (_, wanted) => {
    const changes: Changes = new Map(Object.entries(wanted));
    const tree = await writeTree(directory, base, changes);
    const found = await readPatch(directory, base, await printPatch(directory, base, changes, tree));
    expect(new Map([...found].sort())).toEqual(new Map([...changes].sort()));
    expect(await writeTree(directory, base, found)).toBe(tree);
  });

  it('is refused where it does not belong', async () => {
    const changes: Changes = new Map([['a.txt', file('other\n')]]);
    const patch = await printPatch(directory, base, changes, await writeTree(directory, base, changes));
    const later = await repository.commit({ 'a.txt': 'something else\n' });
    await expect(readPatch(directory, later, patch)).rejects.toThrow(
      expect.objectContaining({ code: 'git_failed' }),
    );
  });
});
