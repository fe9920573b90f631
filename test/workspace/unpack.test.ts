import { buffer } from 'node:stream/consumers';
import tar from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { unpack } from '../../src/workspace/export.ts';

type Entry = { name: string; type?: tar.Header['type']; linkname?: string; mode?: number; content?: string };

async function archiveOf(entries: readonly Entry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { content = '', ...header } of entries) {
    if (header.type === undefined || header.type === 'file') pack.entry(header, content);
    else pack.entry({ ...header, size: 0 });
  }
  pack.finalize();
  return buffer(pack);
}

async function unpacked(
  entries: readonly Entry[],
  wanted = entries.map(({ name }) => name.replace(/^\.\//, '')),
) {
  return unpack(await archiveOf(entries), new Set(wanted));
}

describe('unpack', () => {
  it('gives regular files with their mode and symbolic links, long and non-ASCII names included', async () => {
    const long = `${'deep/'.repeat(40)}ü.txt`;
    const found = await unpacked([
      { name: './a', content: 'text', mode: 0o644 },
      { name: './tool', content: '#!', mode: 0o755 },
      { name: './link', type: 'symlink', linkname: 'a' },
      { name: `./${long}`, content: 'deep' },
    ]);
    expect(found.get('a')).toEqual({ kind: 'file', executable: false, bytes: Buffer.from('text') });
    expect(found.get('tool')).toMatchObject({ executable: true });
    expect(found.get('link')).toEqual({ kind: 'link', target: 'a' });
    expect(found.get(long)).toMatchObject({ bytes: Buffer.from('deep') });
  });

  it.each<[string, Entry[], string[]]>([
    ['a path that was not asked for', [{ name: '../x', content: 'x' }], ['x']],
    ['an absolute path', [{ name: '/etc/passwd', content: 'x' }], ['etc/passwd']],
    [
      'a path twice',
      [
        { name: 'a', content: '1' },
        { name: 'a', content: '2' },
      ],
      ['a'],
    ],
    [
      'a link and then a file through it',
      [
        { name: 'a', type: 'symlink', linkname: '/etc' },
        { name: 'a/b', content: 'x' },
      ],
      ['a'],
    ],
    ['a hard link', [{ name: 'a', type: 'link', linkname: '/etc/passwd' }], ['a']],
    ['a pipe', [{ name: 'a', type: 'fifo' }], ['a']],
    ['a device', [{ name: 'a', type: 'character-device' }], ['a']],
    ['a directory', [{ name: 'a', type: 'directory' }], ['a']],
    ['nothing where a file was asked for', [], ['a']],
  ])('refuses %s', async (_, entries, wanted) => {
    await expect(unpacked(entries, wanted)).rejects.toMatchObject({ code: 'change_refused' });
  });
});
