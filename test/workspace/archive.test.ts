import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import tar from 'tar-stream';
import { expect, it } from 'vitest';
import { archiveOf } from '../../src/workspace/archive.ts';
import { createRepository } from '../support/repository.ts';

it('holds every file of a commit as it is in git, whatever attributes say of archives', async () => {
  await using repository = await createRepository();
  await symlink('a.txt', join(repository.directory, 'link'));
  const commit = await repository.commit({
    '.gitattributes': '*.txt export-ignore\n*.md export-subst\n',
    'a.txt': 'one\r\n',
    'größe.md': '$Format:%H$',
    'run.sh': '#!/bin/sh\n',
  });
  await repository.git('update-index', '--chmod=+x', 'run.sh');
  await repository.git('commit', '--quiet', '--amend', '--no-edit');
  const head = await repository.git('rev-parse', 'HEAD');
  expect(head).not.toBe(commit);
  expect(await entriesOf(repository.directory, head)).toMatchObject({
    'a.txt': '644 one\r\n',
    'größe.md': '644 $Format:%H$',
    'run.sh': '755 #!/bin/sh\n',
    link: 'a.txt',
  });
});

it('leaves out a file that this copy of the repository lacks', async () => {
  await using repository = await createRepository();
  const commit = await repository.commit({ 'a.txt': 'one\n', 'large.bin': 'much\n' });
  const id = await repository.git('rev-parse', 'HEAD:large.bin');
  await rm(join(repository.directory, '.git/objects', id.slice(0, 2), id.slice(2)));
  expect(await entriesOf(repository.directory, commit)).toEqual({ 'a.txt': '644 one\n' });
});

/** What an archive holds: modes and texts, and where links point. */
async function entriesOf(directory: string, commit: string): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  const extract = tar.extract();
  archiveOf({ path: join(directory, '.git'), objectFormat: 'sha1' }, commit).pipe(extract);
  for await (const entry of extract) {
    const { name, mode, linkname } = entry.header;
    found.set(name, linkname ?? `${(mode ?? 0).toString(8)} ${await text(entry)}`);
    entry.resume();
  }
  return Object.fromEntries(found);
}
