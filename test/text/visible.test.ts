import { describe, expect, it } from 'vitest';
import { visibleText } from '../../src/text/visible.ts';

describe('visibleText', () => {
  it.each<[string, string]>([
    ['NUL and other control characters', '\u0000\u0001\u0008\u000b\u000c\u000e\u001f\u007f'],
    ['the escape that steers a terminal', '\u001b'],
    ['C1 control characters', '\u0080\u0085\u009b\u009f'],
    ['zero-width spaces and joiners', '\u200b\u200c\u200d\u2060\ufeff'],
    ['marks of direction', '\u200e\u200f\u061c'],
    ['embeddings and overrides of direction', '\u202a\u202b\u202c\u202d\u202e'],
    ['isolates of direction', '\u2066\u2067\u2068\u2069'],
    ['invisible operators', '\u2061\u2062\u2063\u2064'],
    ['soft hyphens', '\u00ad'],
    ['the combining grapheme joiner', '\u034f'],
    ['fillers of Hangul', '\u115f\u1160\u3164\uffa0'],
    ['vowels of Khmer that are not shown', '\u17b4\u17b5'],
    ['separators of Mongolian', '\u180b\u180c\u180d\u180e\u180f'],
    ['variation selectors', '\ufe00\ufe0e\ufe0f\u{e0100}\u{e01ef}'],
    ['tags that spell hidden text', '\u{e0001}\u{e0041}\u{e0042}\u{e007f}'],
    ['annotations between the lines', '\ufff9\ufffa\ufffb'],
    ['controls of music and shorthand', '\u{1d173}\u{1d17a}\u{1bca0}'],
    ['private characters', '\ue000\uf8ff\u{f0000}\u{10fffd}'],
    ['characters that do not exist', '\ufffe\u{1fffe}\u{e0fff}\u0378'],
  ])('removes %s', (_, hidden) => {
    for (const character of hidden) expect(visibleText(`a${character}b`)).toBe('ab');
  });

  it.each([
    ['Windows', 'a\r\nb', 'a\nb'],
    ['old Macs', 'a\rb', 'a\nb'],
    ['typography', 'a\u2028b\u2029c', 'a\nb\nc'],
    ['Unix, with tabs', 'a\n\n\tb', 'a\n\n\tb'],
  ])('gives line ends of %s as "\\n"', (_, text, expected) => {
    expect(visibleText(text)).toBe(expected);
  });

  it.each([
    ['English', 'It “fails”: naïve café — 100 % of £5 & <b>no</b> `code`'],
    ['Chinese', '当输入为空时，程序崩溃。𠮷'],
    ['Japanese', 'ファイルが見つかりません（ｶﾅ）'],
    ['Korean', '한국어 문장입니다'],
    ['Arabic', 'السَّلامُ عليكم ١٢٣'],
    ['Hebrew', 'שָׁלוֹם'],
    ['Hindi', 'नमस्ते दुनिया'],
    ['Thai', 'ภาษาไทย'],
    ['Persian without its joiners', 'می خواهم'],
    ['Vietnamese', 'Tiếng Việt'],
    ['emoji', '🙂🚀🇩🇪👍🏽'],
    ['mathematics', '∀x ∈ ℝ: x² ≥ 0 ⇒ √x'],
    ['box drawing', '┌─┐│█▒'],
  ])('leaves ordinary text in %s alone', (_, text) => {
    expect(visibleText(text)).toBe(text.normalize('NFC'));
  });

  it('takes families of emoji apart but keeps their members', () => {
    expect(visibleText('👨‍👩‍👧 ❤️ 1️⃣')).toBe('👨👩👧 ❤ 1⃣');
  });

  it('puts a replacement character for half a surrogate pair', () => {
    expect(visibleText('a\ud800b\udc00')).toBe('a\ufffdb\ufffd');
  });

  it('gives letters with accents one form', () => {
    expect(visibleText('e\u0301')).toBe('é');
    expect(visibleText('e\u200b\u0301')).toBe('é');
  });

  it('changes nothing when it is applied again, whatever the text', () => {
    const random = randomNumbers(20_261_115);
    const alphabet = [
      'e',
      'o',
      '\u0301',
      '\u0308',
      '\u0323',
      '\u200b',
      '\u200d',
      '\ufe0f',
      '\r',
      '\n',
      '\u1100',
    ];
    for (let round = 0; round < 20_000; round++) {
      const length = Math.floor(random() * 12);
      const text = Array.from({ length }, () =>
        random() < 0.6
          ? (alphabet[Math.floor(random() * alphabet.length)] ?? '')
          : String.fromCodePoint(Math.floor(random() * (random() < 0.7 ? 0x3200 : 0x110000))),
      ).join('');
      const once = visibleText(text);
      expect(visibleText(once), JSON.stringify(text)).toBe(once);
      expect(once.isWellFormed()).toBe(true);
    }
  });
});

/** Numbers from 0 to 1 that are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
