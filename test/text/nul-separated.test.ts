import { expect, it } from 'vitest';
import { nulSeparated } from '../../src/text/nul-separated.ts';

it('tells the items of a list apart by its zero bytes, with whatever else is in them', () => {
  expect(nulSeparated(Buffer.from('a b\0ü\nc\0'))).toEqual(['a b', 'ü\nc']);
  expect(nulSeparated('a\0b')).toEqual(['a', 'b']);
});

it('finds nothing in an empty list', () => {
  expect(nulSeparated('')).toEqual([]);
});
