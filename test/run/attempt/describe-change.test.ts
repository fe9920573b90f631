import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../../src/core/changes.ts';
import { describeChange } from '../../../src/run/attempt/describe-change.ts';

const file: FileChange = { kind: 'file', executable: false, bytes: Buffer.from('x') };
const added = (path: string, line: string) =>
  `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n`;

describe('describeChange', () => {
  it('tells what became of each file, with its lines', () => {
    const change = {
      changes: new Map<string, FileChange>([
        ['new.js', file],
        ['old.js', file],
        ['gone.js', { kind: 'deleted' }],
      ]),
      lines: [
        { path: 'new.js', added: 3, deleted: 0 },
        { path: 'old.js', added: null, deleted: null },
        { path: 'gone.js', added: 0, deleted: 9 },
      ],
      patch: '',
    };
    expect(describeChange(change, ['old.js', 'gone.js'])).toEqual([
      { path: 'new.js', kind: 'added', added: 3, removed: 0 },
      { path: 'old.js', kind: 'changed', added: 0, removed: 0 },
      { path: 'gone.js', kind: 'deleted', added: 0, removed: 9 },
    ]);
  });

  it.each([
    ['a zero width space', 'a\u200bb', true],
    ['a tag character', 'a\u{e0041}b', true],
    ['a joined emoji', '👩\u200d💻', undefined],
    ['plain text', 'ab', undefined],
  ])('marks a file whose new lines hold %s', (_, line, invisible) => {
    const change = {
      changes: new Map([['a.js', file]]),
      lines: [{ path: 'a.js', added: 1, deleted: 0 }],
      patch: added('a.js', line),
    };
    expect(describeChange(change, [])[0]?.invisible).toBe(invisible);
  });
});
