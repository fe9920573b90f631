import { describe, expect, it } from 'vitest';
import { mayHoldTests, testNames } from '../../src/text/test-names.ts';

describe('testNames', () => {
  it.each<[string, string, string[]]>([
    ['test/a.test.js', "describe('sums', () => {\n  it(`adds`, () => {});\n});", ['sums', 'adds']],
    ['test/a.js', "test.skip('works', t => t.end())", ['works']],
    ['test/a.ts', 'it.each(table)("adds %d", fn)', []],
    [
      'tests/test_a.py',
      'class TestSums(unittest.TestCase):\n    def test_adds(self):\n',
      ['TestSums', 'test_adds'],
    ],
    ['a_test.go', 'func TestAdds(t *testing.T) {}\nfunc helper() {}', ['TestAdds']],
    ['src/lib.rs', '#[test]\n#[should_panic]\nfn adds() {}', ['adds']],
    ['src/lib.rs', '#[tokio::test]\nasync fn waits() {}', ['waits']],
    ['src/test/java/SumsTest.java', '@Test\n  public void adds() {}', ['adds']],
    [
      'test/sums_test.cpp',
      'TEST(Sums, Adds) {}\nTEST_CASE("parses an empty list") {}',
      ['Adds', 'parses an empty list'],
    ],
  ])('reads those of %s', (path, text, names) => {
    expect(testNames(path, text)).toEqual(names);
  });

  it('tells what defines no test, however it is named', () => {
    expect(testNames('test/helper.js', 'export const expectSum = (a) => assert.it(a);')).toBeNull();
    expect(testNames('src/lib.rs', '#[cfg(test)]\nmod tests;')).toBeNull();
    expect(testNames('test/data.json', "it('is none')")).toBeNull();
  });
});

describe('mayHoldTests', () => {
  it.each(['test/sums.test.ts', 'src/lib.rs', 'pkg/sums_test.go', 'src/test/java/A.java'])(
    'takes %s',
    (path) => expect(mayHoldTests(path)).toBe(true),
  );

  it.each([
    'src/sums.ts',
    'test/fixtures/a.test.js',
    'test/types.test-d.ts',
    'pkg/testdata/a_test.go',
    'test/run.sh',
    'test/sum.bench.ts',
    'test/googletest-1.16.0/googlemock/test/gmock_test.cc',
  ])('leaves out %s', (path) => expect(mayHoldTests(path)).toBe(false));
});
