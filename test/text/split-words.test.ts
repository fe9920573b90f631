import { expect, it } from 'vitest';
import { splitWords } from '../../src/text/split-words.ts';

it('finds the words of a text, whatever blank is between and around them', () => {
  expect(splitWords('\n  a b,c\n\td\n')).toEqual(['a', 'b,c', 'd']);
  expect(splitWords(' \n')).toEqual([]);
});
