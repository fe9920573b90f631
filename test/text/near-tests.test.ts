import { describe, expect, it } from 'vitest';
import { nearTests } from '../../src/text/near-tests.ts';

describe('nearTests', () => {
  it.each<[string, string, string[], string[]]>([
    [
      'Python',
      'pkg/core/parser.py',
      ['pkg/core/tests/test_parser.py', 'pkg/core/tests/test_lexer.py', 'pkg/other/tests/test_x.py'],
      ['pkg/core/tests/test_parser.py', 'pkg/core/tests/test_lexer.py'],
    ],
    [
      'Go',
      'pkg/parse.go',
      ['pkg/parse_test.go', 'pkg/lex_test.go', 'cmd/main_test.go'],
      ['pkg/parse_test.go', 'pkg/lex_test.go'],
    ],
    [
      'Java',
      'src/main/java/org/Parser.java',
      ['src/test/java/org/LexerTest.java', 'src/test/java/org/ParserTest.java'],
      ['src/test/java/org/ParserTest.java', 'src/test/java/org/LexerTest.java'],
    ],
    [
      'JavaScript',
      'src/parser/index.js',
      ['test/lexer.test.js', 'test/parser/index.test.js'],
      ['test/parser/index.test.js'],
    ],
  ])('finds those of %s by name first, then those beside', (_, source, tests, expected) => {
    expect(nearTests([source], [source, ...tests])).toEqual(expected);
  });

  it('takes a changed test itself', () => {
    expect(nearTests(['test/a.test.js'], ['test/a.test.js', 'spec/other/b.test.js'])).toEqual([
      'test/a.test.js',
    ]);
  });

  it('takes 30 at most', () => {
    const many = Array.from({ length: 100 }, (_, index) => `src/t${index}.test.js`);
    expect(nearTests(['src/a.js'], many)).toHaveLength(30);
  });
});
