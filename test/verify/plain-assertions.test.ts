import { describe, expect, it } from 'vitest';
import { findRemovedAssertions } from '../../src/verify/plain-assertions.ts';

const go = `func TestSum(t *testing.T) {
	got := Sum(1, 2) // both
	if got != 3 {
		t.Errorf("got %d", got)
	}
	require.Equal(t, 3, got)
}

func TestOther(t *testing.T) {
	assert.True(t, Other())
}
`;
const rust = `#[test]\nfn adds() {\n    assert_eq!(sum(1, 2), 3);\n    assert!(sum(0, 0) == 0);\n}\n`;
const java = `class SumTest {\n  @Test\n  void adds() {\n    assertEquals(3, sum(1, 2));\n    verify(log).done();\n  }\n}\n`;
const cpp = `TEST(Sum, Adds) {\n  EXPECT_EQ(sum(1, 2), 3);\n  EXPECT_EQ(sum(0, 0), 0);\n}\n`;

const removedIn = (path: string, before: string, after: string) =>
  findRemovedAssertions(new Map([[path, { before, after }]]));

describe('findRemovedAssertions', () => {
  it.each([
    ['Go', 'sum_test.go', go, '\trequire.Equal(t, 3, got)\n', 'TestSum'],
    ['Rust', 'tests/sum.rs', rust, '    assert!(sum(0, 0) == 0);\n', 'adds'],
    ['Java', 'src/test/java/SumTest.java', java, '    verify(log).done();\n', 'adds'],
    ['C++', 'test/sum_test.cpp', cpp, '  EXPECT_EQ(sum(0, 0), 0);\n', 'Sum, Adds'],
  ])('names one that only went, in %s', (_, path, before, line, title) => {
    expect(removedIn(path, before, before.replace(line, ''))).toEqual([
      { path, kind: 'removes', title, what: `removes the assertion \`${line.trim()}\`` },
    ]);
  });

  it('names one that became a comment', () => {
    const after = go.replace('\trequire', '\t// require');
    expect(removedIn('sum_test.go', go, after)).toHaveLength(1);
  });

  it.each([
    ['another came to its test', go.replace('require.Equal(t, 3, got)', 'require.Equal(t, 4, got)')],
    ['its test went as well, which the runs tell', go.slice(0, go.indexOf('func TestOther'))],
    ['its test has another name', go.replace('TestOther', 'TestAnother')],
    ['only white space and comments changed', go.replace(' // both', '').replaceAll('\t', '    ')],
  ])('accuses nobody where %s', (_, after) => {
    expect(removedIn('sum_test.go', go, after)).toEqual([]);
  });

  it('accuses nobody where it came to another file', () => {
    const line = '\trequire.Equal(t, 3, got)\n';
    const moved = {
      before: 'func TestNew(t *testing.T) {\n}\n',
      after: `func TestNew(t *testing.T) {\n${line}}\n`,
    };
    const files = new Map([
      ['sum_test.go', { before: go, after: go.replace(line, '') }],
      ['new_test.go', moved],
    ]);
    expect(findRemovedAssertions(files)).toEqual([]);
  });

  it('does not read what others read', () => {
    expect(removedIn('a.test.js', 'expect(1);', '')).toEqual([]);
  });
});
