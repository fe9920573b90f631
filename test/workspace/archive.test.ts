import { symlink } from 'node:fs/promises';
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
  const found = new Map<string, string>();
  const directory = { path: join(repository.directory, '.git'), objectFormat: 'sha1' as const };
  const extract = tar.extract();
  archiveOf(directory, head).pipe(extract);
  for await (const entry of extract) {
    const { name, mode, linkname } = entry.header;
    found.set(name, linkname ?? `${(mode ?? 0).toString(8)} ${await text(entry)}`);
    entry.resume();
  }
  expect(Object.fromEntries(found)).toMatchObject({
    'a.txt': '644 one\r\n',
    'größe.md': '644 $Format:%H$',
    'run.sh': '755 #!/bin/sh\n',
    link: 'a.txt',
  });
});
