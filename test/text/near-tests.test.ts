import { describe, expect, it } from 'vitest';
import { nearTests, packageTests } from '../../src/text/near-tests.ts';

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

describe('packageTests', () => {
  const packages = [
    { directory: '', needs: [] },
    { directory: 'packages/core', needs: [] },
    { directory: 'packages/core-extra', needs: [] },
    { directory: 'packages/ui', needs: ['packages/core'] },
    { directory: 'packages/app', needs: ['packages/ui'] },
  ];
  const paths = packages.map(({ directory }) => `${directory}/test/a.test.js`.replace(/^\//, ''));

  it('takes those of the touched packages first, then those of whatever depends on them', () => {
    expect(packageTests(['packages/core/src/a.js'], packages, paths)).toEqual([
      'packages/core/test/a.test.js',
      'packages/ui/test/a.test.js',
      'packages/app/test/a.test.js',
    ]);
  });

  it('takes what lies in no package as the root, and a single package as none', () => {
    expect(packageTests(['tools/a.js'], packages, paths)).toEqual(['test/a.test.js']);
    expect(packageTests(['src/a.js'], packages.slice(0, 1), paths)).toEqual([]);
  });

  it('takes none where that would be nearly all', () => {
    expect(packageTests(['packages/core/src/a.js', 'tools/a.js'], packages, paths.slice(0, 4))).toHaveLength(
      3,
    );
    const tests = [...paths, ...Array.from({ length: 20 }, (_, at) => `test/more${at}.test.js`)];
    expect(packageTests(['tools/a.js'], packages, tests)).toEqual([]);
  });

  it('takes crates that keep their tests beside the code', () => {
    const crates = ['a', 'b'].map((directory) => ({ directory, needs: [] }));
    expect(packageTests(['a/src/lib.rs'], crates, ['a/src/lib.rs', 'b/src/lib.rs'])).toEqual([
      'a/src/lib.rs',
    ]);
  });
});
