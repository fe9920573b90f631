import { toString as textOf } from 'mdast-util-to-string';
import { describe, expect, it } from 'vitest';
import { block, code, cut, inline, list, table } from '../../src/report/markdown.ts';
import { all, hostileNames, liveText, parse, rowsOf, tablesIn } from '../support/report.ts';

describe('code', () => {
  it.each(hostileNames)('shows %j as one code span and nothing else', (name) => {
    const [paragraph, ...rest] = parse(`Test ${code(name)} ran`).children;
    expect(rest).toEqual([]);
    expect(paragraph).toMatchObject({
      type: 'paragraph',
      children: [{ type: 'text' }, { type: 'inlineCode' }, { type: 'text' }],
    });
  });

  it('keeps the characters of a plain name', () => {
    expect(all(code('sum > of `x` | y'), 'inlineCode')[0]?.value).toBe('sum > of `x` | y');
  });
});

describe('table', () => {
  it.each(hostileNames)('keeps its columns with %j in a cell', (name) => {
    const rows = rowsOf(tablesIn(table(['A', 'B', 'C'], [[code(name), inline(name), 'last']]))[0]);
    expect(rows.map((row) => row.length)).toEqual([3, 3]);
    expect(rows[1]?.[2]).toBe('last');
  });

  it('shows pipes as they are', () => {
    expect(rowsOf(tablesIn(table(['A'], [[code('a | b')]]))[0])[1]).toEqual(['a | b']);
    expect(rowsOf(tablesIn(table(['A'], [[inline('a | b')]]))[0])[1]).toEqual(['a | b']);
  });
});

describe('inline', () => {
  it.each([
    '@ann',
    '@acme/team',
    'acme/sums#1',
    '#1',
    'GH-1',
    'https://example.test/x',
    'www.example.test',
    'a'.repeat(40),
  ])('shows %s as code, so that it notifies and links nobody', (word) => {
    expect(liveText(`See ${inline(`for ${word} now`)}`)).not.toContain(word);
    expect(all(inline(`for ${word} now`), 'inlineCode')[0]?.value).toBe(word);
  });

  it.each(['**bold** _it_ ~~no~~', '[a](b) ![c](d)', '<b>x</b> <!-- y -->', '# head', '\\*'])(
    'shows %j as its characters',
    (text) => {
      expect(textOf(parse(`It says ${inline(text)}`))).toBe(`It says ${text}`);
    },
  );
});

describe('block', () => {
  it('is one code block whatever fences it holds', () => {
    const nodes = parse(block('a\n````\nb\n```\n~~~', 1000)).children;
    expect(nodes.map(({ type }) => type)).toEqual(['code']);
  });

  it('commands no bot that reads lines', () => {
    expect(block('ok\n/merge\n/lgtm', 100)).not.toMatch(/^\/(merge|lgtm)/m);
  });

  it('keeps head and tail of a long text', () => {
    const text = block(`first ${'x'.repeat(10_000)} last`, 500);
    expect(text.length).toBeLessThan(700);
    expect(text).toMatch(/first.*last/s);
  });
});

describe('list and cut', () => {
  it('say how much is missing', () => {
    expect(list(['a', 'b'], 3)).toBe('- a\n- b\n- and 1 more');
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('ab😀d', 4)).toBe('ab…');
  });
});
