import { describe, expect, it } from 'vitest';
import { oneLine } from '../../src/text/one-line.ts';

describe('oneLine', () => {
  it.each([
    ['an ordinary line', 'an ordinary line'],
    ['  several\r\n\n\tlines  ', 'several lines'],
    ['\u001b[31mred\u001b[39m', 'red'],
    ['a\u001b]0;title\u0007b\u001b[2J', 'ab'],
    ['a\u009b31mb', 'ab'],
    ['half an escape \u001b', 'half an escape'],
    ['hidden\u202e\u200b\u{e0041}', 'hidden'],
    ['ok\n::error::no', 'ok ::error::no'],
    ['世界 🙂', '世界 🙂'],
    ['\n', ''],
  ])('makes of %j one plain line', (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });
});
