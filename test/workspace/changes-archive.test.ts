import { expect, it } from 'vitest';
import type { Changes } from '../../src/core/changes.ts';
import { packChanges, unpackChanges } from '../../src/workspace/changes-archive.ts';

it('changes come out as they went in: bytes, modes, links, deletions, odd names and their order', () => {
  const changes: Changes = new Map([
    ['z.bin', { kind: 'file', executable: true, bytes: Buffer.from([0, 255, 13, 10, 128]) }],
    ['a b/ö\n.txt', { kind: 'file', executable: false, bytes: Buffer.from('no line end') }],
    ['empty', { kind: 'file', executable: false, bytes: Buffer.alloc(0) }],
    ['link', { kind: 'link', target: '../elsewhere' }],
    ['gone', { kind: 'deleted' }],
  ]);
  const found = unpackChanges(packChanges(changes));
  expect([...found]).toEqual([...changes]);
});

it('what was damaged since is refused in words', () => {
  const packed = Buffer.from(packChanges(new Map([['gone', { kind: 'deleted' }]])));
  for (const damaged of [packed.subarray(0, -9), Buffer.from('nothing of ours'), packed.fill(0, 4)])
    expect(() => unpackChanges(damaged)).toThrow(
      expect.objectContaining({
        code: 'data_corrupt',
        message: expect.stringContaining('Ask for it again.'),
      }),
    );
});
