import { describe, expect, it } from 'vitest';
import { headAndTail } from '../../src/text/truncate.ts';

describe('headAndTail', () => {
  it('leaves a text alone that fits', () => {
    expect(headAndTail('', 10)).toBe('');
    expect(headAndTail('0123456789', 10)).toBe('0123456789');
    expect(headAndTail('anything', 8, 'a hint')).toBe('anything');
  });

  it('keeps head and tail of a longer one, and tells how much is missing', () => {
    expect(headAndTail('0123456789', 4)).toBe('01\n[... 6 characters left out ...]\n89');
    expect(headAndTail('0123456789', 5)).toBe('01\n[... 6 characters left out ...]\n89');
  });

  it('gives the hint where something is missing', () => {
    expect(headAndTail('0123456789', 4, 'see x')).toBe('01\n[... 6 characters left out; see x ...]\n89');
  });

  it.each([0, 1, 2, 3])('keeps no more than a limit of %i', (limit) => {
    const kept = headAndTail('abcdefghij', limit).replace(
      /\n\[\.\.\. \d+ characters left out \.\.\.\]\n/,
      '',
    );
    expect(kept.length).toBeLessThanOrEqual(limit);
  });

  it('never splits a surrogate pair, and counts what is really missing, at every limit', () => {
    const text = 'a🙂b👩‍💻c世𠮷d'.repeat(9);
    for (let limit = 0; limit <= text.length; limit++) {
      const short = headAndTail(text, limit);
      expect(short.isWellFormed()).toBe(true);
      const [, head = '', missing, tail = ''] = /^(.*)\n\[\.\.\. (\d+) .*\]\n(.*)$/s.exec(short) ?? [];
      if (short === text) continue;
      expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
      expect(head.length + Number(missing) + tail.length).toBe(text.length);
    }
  });
});
