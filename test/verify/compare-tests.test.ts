import { describe, expect, it } from 'vitest';
import { compareTests } from '../../src/verify/compare-tests.ts';

/** How a test is written in each dialect, around its body. */
const dialects = {
  jest: (body: string, it = 'it') => `describe('add', () => {
  beforeEach(() => {});

  ${it}('works', async () => {
    const result = add(1, 2);
    ${body}
  });
});
`,
  mocha: (body: string, it = 'it') => `var assert = require('assert');
describe('add', function () {
  ${it}('works', function () {
    var result = add(1, 2);
    ${body}
  });
});
`,
  tape: (body: string, test = 'test') => `${test}('works', function (t) {
  t.plan(2);
  var result = add(1, 2);
  ${body}
  t.end();
});
`,
  nested: (body: string, test = 'st.test') => `t.test('add', async (st) => {
  ${test}('works', (tt) => {
    const result = add(1, 2);
    ${body}
    tt.end();
  });
});
`,
  uvu: (body: string, Add = 'Add') => `const Add = suite('add');
${Add}('works', () => {
  const result = add(1, 2);
  ${body}
});
Add.run();
`,
  pytest: (body: string, decorator = '') => `import pytest
${decorator}
def test_works():
    """assert nothing here"""
    result = add(1, 2)
    ${body.replaceAll('\n', '\n    ')}
`,
  unittest: (body: string, decorator = '') => `class TestAdd(unittest.TestCase):
    ${decorator}
    def test_works(self):
        result = add(1, 2)
        ${body.replaceAll('\n', '\n        ')}
`,
};
type Dialect = keyof typeof dialects;

function pathFor(dialect: Dialect): string {
  return /test$/.test(dialect) && dialect !== 'jest' ? 'tests/test_add.py' : 'test/add.test.js';
}

function compare(before: string | null, after: string | null, path = 'test/add.test.js') {
  return compareTests(new Map([[path, { before, after }]])).weakenings;
}

function compareBodies(dialect: Dialect, before: string, after: string) {
  const write = dialects[dialect];
  return compare(write(before), write(after), pathFor(dialect));
}

describe('an assertion that goes', () => {
  it.each<[Dialect, string]>([
    ['jest', 'expect(result).toBe(3);'],
    ['jest', 'expect(\n      result,\n    ).toEqual({\n      sum: 3,\n    });'],
    ['jest', 'await expect(load()).resolves.toBe(3);'],
    ['jest', 'expect(() => add()).toThrow(TypeError);'],
    ['jest', 'expect(result).toMatchInlineSnapshot(`3`);'],
    ['jest', 'expectTypeOf<Sum>(result).toEqualTypeOf<3>();'],
    ['jest', 'expect<number>(result).toBe(3);'],
    ['mocha', 'assert.strictEqual(result, 3);'],
    ['mocha', 'assert(result === 3)'],
    ['mocha', "result.should.equal('three');"],
    ['mocha', 'expect(result).to.be.true;'],
    ['mocha', "chai.assert.deepEqual(result, { sum: 3 }, 'adds');"],
    ['mocha', "request(app)\n      .get('/')\n      .expect(200, 'three', done);"],
    ['mocha', 'assert.throws(function () { add(); }, TypeError);'],
    ['mocha', 'sinon.assert.calledOnce(spy);'],
    ['tape', "t.equal(result, 3, 'adds');"],
    ['tape', "t['throws'](function () { add(); }, TypeError);"],
    ['nested', 'tt.strictSame(result, { sum: 3 });'],
    ['nested', 'await t.rejects(add(), { code: "E" });'],
    ['tape', 't.deepEqual(result, [3]);'],
    ['tape', 't.is(result, 3);'],
    ['tape', 't.assert.strictEqual(result, 3)'],
    ['uvu', 'assert.is(result, 3);'],
    ['uvu', 'is(result, 3)'],
    ['pytest', 'assert result == 3, "adds"'],
    ['pytest', 'assert result == {\n    "sum": 3,\n}'],
    ['pytest', 'with pytest.raises(TypeError):\n    add()'],
    ['unittest', 'self.assertEqual(result, 3)'],
    ['unittest', 'with self.assertRaises(TypeError):\n    add()'],
  ])('is missed in %s: %s', (dialect, assertion) => {
    const other = { pytest: 'assert result', unittest: 'self.assertTrue(result)' } as Partial<
      Record<Dialect, string>
    >;
    const kept = other[dialect] ?? 'expect(result).toBeTruthy();';
    const found = compareBodies(dialect, `${kept}\n${assertion}`, kept);
    expect(found).toMatchObject([{ kind: 'removes', path: pathFor(dialect) }]);
    expect(found[0]?.what).toMatch(/^removes the assertion `/);
  });

  it.each<[Dialect, string, string]>([
    ['jest', 'expect(result).toBe(3);', '// expect(result).toBe(3);'],
    ['jest', 'expect(result).toBe(3);', '/* expect(result).toBe(3); */'],
    ['tape', 't.equal(result, 3);', '/*\n  t.equal(result, 3);\n  */'],
    ['pytest', 'assert result == 3', '# assert result == 3'],
    ['pytest', 'assert result == 3', '"""assert result == 3"""'],
  ])('is missed in %s when it became a comment: %s', (dialect, before, after) => {
    const found = compareBodies(dialect, before, after);
    expect(found).toMatchObject([{ kind: 'removes' }]);
  });

  it('is missed though another test has the same', () => {
    const test = (title: string, body: string) =>
      `it('${title}', () => {\n  const res = get('${title}');\n  ${body}\n});\n`;
    const before = test('one', 'expect(res.status).toBe(200);\n  expect(res.body).toBe(1);');
    const without = test('one', 'expect(res.body).toBe(1);');
    const added = test('two', 'expect(res.status).toBe(200);');
    expect(compare(before, without + added)).toMatchObject([
      { kind: 'removes', title: 'one', what: 'removes the assertion `expect(res.status).toBe(200)`' },
    ]);
  });

  it('is missed when its call stays', () => {
    const found = compareBodies('jest', 'expect(() => add()).toThrow(TypeError);', 'add();');
    expect(found).toMatchObject([{ kind: 'removes' }]);
  });

  it('is missed where a helper asserts on behalf of its callers', () => {
    const helper = 'function check(a, b) {\n  expect(add(a, 0)).toBe(b);\n}\n';
    const test = (body: string) => `${helper}it('works', () => {\n  check(1, 1);\n${body}});\n`;
    expect(compare(test('  check(2, 2);\n'), test(''))).toMatchObject([
      { kind: 'removes', what: 'removes the assertion `check(2, 2)`' },
    ]);
  });
});

describe('an assertion that holds less', () => {
  it.each<[Dialect, string, string]>([
    ['jest', 'expect(result).toEqual({ sum: 3 });', 'expect(result).toBeTruthy();'],
    ['jest', 'expect(result).toEqual({ sum: 3 });', 'expect(result).toBeDefined();'],
    ['jest', 'expect(result).toEqual({ sum: 3, n: 2 });', 'expect(result).toMatchObject({ sum: 3 });'],
    ['jest', 'expect(result).toEqual([1, 2]);', 'expect(result).toContain(1);'],
    ['jest', 'expect(result).toEqual([1, 2]);', 'expect(result).toHaveLength(2);'],
    ['jest', 'expect(result).toBe(5);', 'expect(result).toBe(expect.anything());'],
    ['jest', 'expect(result).toEqual({ sum: 3 });', 'expect(result).toEqual({ sum: expect.any(Number) });'],
    ['jest', 'expect(result).toBe(5);', 'expect(result).not.toBe(6);'],
    ['jest', 'expect(result).toBe(5);', 'expect(result).toBe(result);'],
    ['jest', 'expect(result).toBe(true);', 'expect(true).toBe(true);'],
    ['jest', 'expect(result).toBe(3);', 'expect(result);'],
    ['jest', "expect(text).toBe('a b');", 'expect(text).toMatch(/a/);'],
    ['jest', 'expect(() => add()).toThrow(TypeError);', 'expect(() => add()).toThrow();'],
    ['jest', 'expect(() => add()).toThrow(TypeError);', 'expect(() => add());'],
    ['jest', 'expect(add).toHaveBeenCalledWith(1, 2);', 'expect(add).toHaveBeenCalled();'],
    ['jest', 'expect(result).toBeNull();', 'expect(result).not.toBeUndefined();'],
    ['mocha', 'assert.strictEqual(result, 3);', 'assert.ok(result);'],
    ['mocha', 'assert.strictEqual(result, 3);', 'assert(result);'],
    ['mocha', 'assert.strictEqual(result, 3);', "assert(result, 'adds');"],
    ['mocha', 'assert(result === 3);', 'assert(result);'],
    ['mocha', 'expect(result).to.equal(3);', 'expect(result).to.exist;'],
    ['mocha', 'expect(result).to.eql([1]);', "expect(result).to.be.an('array');"],
    ['mocha', 'result.should.equal(3);', 'result.should.be.ok();'],
    ['mocha', 'assert.throws(() => add(), TypeError);', 'assert.throws(() => add());'],
    ['tape', 't.equal(result, 3);', 't.ok(result);'],
    ['tape', 't.deepEqual(result, { sum: 3 });', 't.ok(result);'],
    ['tape', 't.equal(result, 3);', 't.notEqual(result, 4);'],
    ['tape', "t.equal(result, 3, 'adds');", "t.equal(result, 3, 'adds', { skip: true });"],
    ['nested', 'tt.same(result, { sum: 3, n: 2 });', 'tt.match(result, { sum: 3 });'],
    ['tape', 't.is(result, 3);', 't.truthy(result);'],
    ['tape', 't.deepEqual(result, { sum: 3, n: 2 });', 't.like(result, { sum: 3 });'],
    ['uvu', 'assert.is(result, 3);', 'assert.ok(result);'],
    ['uvu', 'assert.equal(result, [1]);', "assert.type(result, 'object');"],
    ['pytest', 'assert result == 3', 'assert result'],
    ['pytest', 'assert result == 3', 'assert result is not None'],
    ['pytest', 'assert result == 3', 'assert result != 4'],
    ['pytest', 'assert result == 3', 'assert result > 0'],
    ['pytest', 'assert result == 3', 'assert True'],
    ['pytest', 'assert result == [3]', 'assert isinstance(result, list)'],
    ['unittest', 'self.assertEqual(result, 3)', 'self.assertTrue(result)'],
    ['unittest', 'self.assertEqual(result, 3)', 'self.assertIsNotNone(result)'],
    ['unittest', 'self.assertEqual(result, 3)', 'self.assertNotEqual(result, 4)'],
    ['unittest', 'self.assertEqual(result, [3])', 'self.assertIn(3, result)'],
  ])('is named in %s: %s -> %s', (dialect, before, after) => {
    const found = compareBodies(dialect, before, after);
    expect(found).toMatchObject([{ kind: 'loosens', path: pathFor(dialect) }]);
    const plain = (code: string) => code.replace(/;$/, '');
    expect(found[0]?.what).toBe(`loosens an assertion: \`${plain(before)}\` became \`${plain(after)}\``);
  });

  it('is named beside a new assertion of something else in the same test', () => {
    const found = compareBodies(
      'jest',
      'expect(result).toBe(3);',
      'expect(result).toBeTruthy();\n    expect(other).toBe(5);',
    );
    expect(found).toMatchObject([{ kind: 'loosens' }]);
  });

  it('is named by a whole line, cut when it is long', () => {
    const long = `expect(result).toEqual(\n[${'1, '.repeat(80)}]);`;
    const [found] = compareBodies('jest', long, 'expect(result).toBeTruthy();');
    expect(found?.what).toMatch(/^loosens an assertion: `expect\(result\)\.toEqual\( \[1, .*\.\.\.` became/);
    expect(found?.what.length).toBeLessThan(240);
  });
});

describe('a test that no longer runs', () => {
  it.each<[Dialect, string]>([
    ['jest', 'it.skip'],
    ['jest', 'xit'],
    ['jest', 'test.todo'],
    ['jest', 'it.fails'],
    ['jest', 'test.failing'],
    ['jest', 'it.concurrent.skip'],
    ['mocha', 'it.skip'],
    ['mocha', 'xspecify'],
    ['tape', 'test.skip'],
    ['tape', 'test.todo'],
    ['nested', 'st.test.skip'],
    ['uvu', 'Add.skip'],
    ['pytest', '@pytest.mark.skip'],
    ['pytest', '@pytest.mark.skip(reason="slow")'],
    ['pytest', '@pytest.mark.xfail'],
    ['unittest', '@unittest.skip("slow")'],
    ['unittest', '@unittest.expectedFailure'],
  ])('is named in %s: %s', (dialect, how) => {
    const [body] = { pytest: ['assert result == 3'], unittest: ['self.assertEqual(result, 3)'] }[
      dialect as string
    ] ?? ['assert.equal(result, 3);'];
    const write = dialects[dialect];
    const found = compare(write(body as string), write(body as string, how), pathFor(dialect));
    expect(found).toMatchObject([
      {
        kind: 'skips',
        what: `skips "${/test$/.test(dialect) && dialect !== 'jest' ? 'test_works' : 'works'}": \`${how}\``,
      },
    ]);
  });

  it.each([
    ['describe.skip', dialects.jest('expect(result).toBe(3);').replace('describe(', 'describe.skip(')],
    ['xdescribe', dialects.jest('expect(result).toBe(3);').replace('describe(', 'xdescribe(')],
    ['describe.todo', dialects.jest('expect(result).toBe(3);').replace('describe(', 'describe.todo(')],
  ])('is named once for a whole suite: %s', (how, after) => {
    expect(compare(dialects.jest('expect(result).toBe(3);'), after)).toMatchObject([
      { kind: 'skips', what: `skips "add": \`${how}\`` },
    ]);
  });

  it('is named for a suite whose tests a helper makes', () => {
    const suite = (how: string) => `${how}('arrays', () => {\n  runPatchTest([1], [2]);\n});\n`;
    expect(compare(suite('describe'), suite('describe.skip'))).toMatchObject([
      { kind: 'skips', what: 'skips "arrays": `describe.skip`' },
    ]);
  });

  it.each([
    ['it.each', "it.each([1, 2])('works %i', (n) => {\n  expect(add(n, 0)).toBe(n);\n});\n", 'it.skip.each'],
    [
      'it.each',
      "it.each`n\n${1}`('works $n', ({ n }) => {\n  expect(add(n, 0)).toBe(n);\n});\n",
      'it.skip.each',
    ],
  ])('is named in a table of tests', (each, text, skipped) => {
    expect(compare(text, text.replace(each, skipped))).toMatchObject([{ kind: 'skips' }]);
  });

  it('is named when an option switches it off', () => {
    const test = (options: string) => `test('works', ${options}(t) => {\n  t.equal(add(1, 2), 3);\n});\n`;
    expect(compare(test(''), test('{ skip: true }, '))).toMatchObject([{ kind: 'skips' }]);
    expect(compare(test(''), test("{ todo: 'later' }, "))).toMatchObject([{ kind: 'skips' }]);
    expect(compare(test(''), test('{ skip: isWindows }, '))).toEqual([]);
    expect(compare(test(''), test('{ timeout: 5000 }, '))).toEqual([]);
  });

  it.each<[Dialect, string]>([
    ['mocha', 'this.skip();'],
    ['tape', "t.skip('later');"],
    ['pytest', 'pytest.skip("later")'],
    ['unittest', 'self.skipTest("later")'],
  ])('is named in %s when it skips itself: %s', (dialect, line) => {
    const [kept] = { pytest: ['assert result == 3'], unittest: ['self.assertEqual(result, 3)'] }[
      dialect as string
    ] ?? ['assert.equal(result, 3);'];
    expect(compareBodies(dialect, kept as string, `${line}\n${kept}`)).toMatchObject([
      { kind: 'skips', what: expect.stringContaining('skip itself') },
    ]);
  });

  it.each<[Dialect, string]>([
    ['jest', 'it.only'],
    ['jest', 'fit'],
    ['mocha', 'it.only'],
    ['tape', 'test.only'],
    ['nested', 'st.test.only'],
    ['uvu', 'Add.only'],
  ])('is named in %s when another is singled out: %s', (dialect, how) => {
    const write = dialects[dialect];
    expect(compare(write('assert.equal(result, 3);'), write('assert.equal(result, 3);', how))).toEqual([
      {
        path: 'test/add.test.js',
        kind: 'focuses',
        title: 'works',
        what: `runs no other test than "works": \`${how}\``,
      },
    ]);
  });

  it('is named when a new test or a suite is singled out', () => {
    const before = dialects.jest('expect(result).toBe(3);');
    expect(compare(before, `${before}it.only('more', () => {});\n`)).toMatchObject([{ kind: 'focuses' }]);
    expect(compare(before, before.replace('describe(', 'describe.only('))).toMatchObject([
      { kind: 'focuses' },
    ]);
  });

  it.each<[Dialect]>([['jest'], ['mocha'], ['tape'], ['nested'], ['uvu'], ['pytest'], ['unittest']])(
    'is named in %s when it is deleted',
    (dialect) => {
      const [body] = { pytest: ['assert result == 3'], unittest: ['self.assertEqual(result, 3)'] }[
        dialect as string
      ] ?? ['assert.equal(result, 3);'];
      const [one, other] = [dialects[dialect](body as string), dialects[dialect](body as string)];
      const rest = other
        .replaceAll('works', 'is something else')
        .replaceAll('result', 'x')
        .replaceAll('add', 'y');
      const title = /test$/.test(dialect) && dialect !== 'jest' ? 'test_works' : 'works';
      expect(compare(`${one}\n${rest}`, rest, pathFor(dialect))).toContainEqual(
        expect.objectContaining({ kind: 'deletes', what: `deletes the test "${title}"` }),
      );
    },
  );

  it('is named when its file is deleted', () => {
    expect(compare(dialects.jest('expect(result).toBe(3);'), null)).toMatchObject([{ kind: 'deletes' }]);
  });

  it('is named when it became a comment', () => {
    const before = dialects.jest('expect(result).toBe(3);');
    const after = before.replace(/^ {2}it[\s\S]*^ {2}}\);\n/m, (test) => `/*${test}*/`);
    expect(compare(before, after)).toMatchObject([{ kind: 'deletes', title: 'works' }]);
  });
});

describe('ordinary edits', () => {
  it.each<[string, Dialect, string, string]>([
    ['a changed value', 'jest', 'expect(result).toBe(3);', 'expect(result).toBe(4);'],
    ['a changed value', 'mocha', 'assert.strictEqual(result, 3);', 'assert.strictEqual(result, 4);'],
    ['a changed value', 'tape', "t.equal(result, 3, 'adds');", "t.equal(result, 4, 'adds up');"],
    ['a changed value', 'pytest', 'assert result == 3', 'assert result == 4'],
    ['a changed value', 'unittest', 'self.assertEqual(result, 3)', 'self.assertEqual(result, 4)'],
    ['a changed subject', 'jest', 'expect(add(1, 2)).toBe(3);', 'expect(add(2, 2)).toBe(3);'],
    ['a computed value', 'jest', 'expect(result).toBe(3);', 'expect(result).toBe(1 + 2);'],
    [
      'line breaks within',
      'jest',
      'expect(add(1, 2)).toEqual({ sum: 3 });',
      'expect(add(1, 2)).toEqual({\n      sum: 3,\n    });',
    ],
    [
      'line breaks in the chain',
      'jest',
      'expect(add(1, 2)).resolves.toBe(3);',
      'expect(\n      add(1, 2),\n    )\n      .resolves\n      .toBe(3);',
    ],
    ['line breaks within', 'tape', 't.equal(add(1, 2), 3);', 't.equal(\n    add(1, 2),\n    3,\n  );'],
    ['line breaks within', 'pytest', 'assert add(1, 2) == 3', 'assert add(\n    1,\n    2,\n) == 3'],
    ['other quotes and semicolons', 'jest', `expect(name).toBe("it's");`, "expect(name).toBe(`it's`)"],
    [
      'brackets around a parameter',
      'jest',
      'expect(list.map((x) => x)).toEqual([3]);',
      'expect(list.map(x => x)).toEqual([3]);',
    ],
    [
      'another order',
      'jest',
      'expect(a).toBe(1);\nexpect(b).toBe(2);',
      'expect(b).toBe(2);\nexpect(a).toBe(1);',
    ],
    [
      'a new name for a variable',
      'jest',
      'const r = add(1, 2);\nexpect(r.sum).toBe(3);',
      'const sum = add(1, 2);\nexpect(sum.sum).toBe(3);',
    ],
    [
      'one split into several',
      'jest',
      'expect(result).toEqual({ a: 1, b: 2 });',
      'expect(result).toBeDefined();\nexpect(result.a).toBe(1);\nexpect(result.b).toBe(2);',
    ],
    [
      'several made one',
      'jest',
      'expect(result.a).toBe(1);\nexpect(result.b).toBe(2);',
      'expect(result).toEqual({ a: 1, b: 2 });',
    ],
    [
      'several made one that names the parts',
      'jest',
      "expect(list[0].a).toBe('x');\nexpect(list[0].b).toBe('y');",
      "expect(list).toMatchObject([{ a: 'x', b: 'y' }]);",
    ],
    [
      'several made a table',
      'jest',
      'expect(add(7, 2)).toBe(9);\nexpect(add(3, 4)).toBe(7);',
      'for (const [a, b, sum] of [[7, 2, 9], [3, 4, 7]]) {\n  expect(add(a, b)).toBe(sum);\n}',
    ],
    [
      'a table with more rows',
      'jest',
      'for (const [a, b] of [[1, 2]]) expect(add(a, 1)).toBe(b);',
      'for (const [a, b] of [[1, 2], [3, 4]]) expect(add(a, 1)).toBe(b);',
    ],
    ['the opposite', 'jest', 'expect(result).toBeTruthy();', 'expect(result).toBeFalsy();'],
    ['the opposite', 'jest', 'expect(result).toBeFalsy();', 'expect(result).toBeTruthy();'],
    ['the opposite', 'jest', 'expect(() => add()).toThrow(TypeError);', 'expect(() => add()).not.toThrow();'],
    ['the opposite', 'jest', 'expect(result).toBeUndefined();', 'expect(result).toBeDefined();'],
    ['the opposite', 'tape', 't.notOk(result);', 't.ok(result);'],
    ['the opposite', 'tape', "t.ok(result, 'is one');", "t.notOk(result, 'is none');"],
    ['the opposite', 'pytest', 'assert not result', 'assert result'],
    [
      'a value where it threw',
      'mocha',
      'assert.throws(() => add(), TypeError);',
      'assert.strictEqual(add(), 0);',
    ],
    [
      'an error where there was a value',
      'mocha',
      'assert.strictEqual(add(), 0);',
      'assert.throws(() => add());',
    ],
    ['another assertion library', 'mocha', 'result.should.equal(3);', 'assert.strictEqual(result, 3);'],
    ['another assertion library', 'mocha', 'expect(result).to.equal(3);', 'expect(result).toBe(3);'],
    ['another name for the test object', 'tape', 't.equal(result, 3);', 'assert.equal(result, 3);'],
    ['a comparison in words', 'mocha', 'assert.strictEqual(result, 3);', 'assert(result === 3);'],
    [
      'a helper for several',
      'jest',
      'expect(add(1, 2)).toBe(3);\nexpect(add(4, 5)).toBe(9);',
      'expectSum(1, 2, 3);\nexpectSum(4, 5, 9);',
    ],
    [
      'more assertions',
      'jest',
      'expect(result).toBe(3);',
      'expect(result).toBe(3);\nexpect(add(2, 2)).toBe(4);',
    ],
    [
      'changed comments',
      'jest',
      '// expect(x).toBe(1);\nexpect(result).toBe(3);',
      '/* none */\nexpect(result).toBe(3); // expect(y)',
    ],
    ['a changed plan', 'tape', 't.plan(2);\nt.equal(result, 3);', 't.plan(3);\nt.equal(result, 3);'],
    [
      'words in strings',
      'jest',
      "log('expect(a).toBe(1)');\nexpect(result).toBe(3);",
      "log('it.only(x)');\nexpect(result).toBe(3);",
    ],
    ['words in patterns', 'jest', 'expect(a).toMatch(/expect(a)/);', 'expect(a).toMatch(/it.only("/);'],
    [
      'code within text',
      'jest',
      'expect(`${list.map((x) => `${x}`)}`).toBe(`}`);',
      'expect(\n`${list.map((x) => `${x}`)}`).toBe(`}`);',
    ],
    [
      'a removed duplicate of what is said more exactly',
      'jest',
      'expect(result).toBeDefined();\nexpect(result.a).toBe(1);',
      'expect(result.a).toBe(1);\nexpect(result.b).toBe(2);',
    ],
  ])('raise no alarm: %s (%s)', (_, dialect, before, after) => {
    expect(compareBodies(dialect, before, after)).toEqual([]);
  });

  it.each<[string, string, string]>([
    [
      'changed imports',
      "import { a } from './a.js';\nconst x = require('assert');\n",
      "import assert from 'node:assert';\n",
    ],
    [
      'a changed title',
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
      "it('adds two numbers', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
    ],
    [
      'a changed title and value',
      "it('returns 3 for 1 and 2', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
      "it('returns 4 for 1 and 2', () => {\n  expect(add(1, 2)).toBe(4);\n});\n",
    ],
    [
      'a group around tests',
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\nit('adds zero', () => {\n  expect(add(1, 0)).toBe(1);\n});\n",
      "describe('add', () => {\n  it('adds', () => {\n    expect(add(1, 2)).toBe(3);\n  });\n  it('adds zero', () => {\n    expect(add(1, 0)).toBe(1);\n  });\n});\n",
    ],
    [
      'a test split in two',
      "it('works', () => {\n  const one = make(1);\n  expect(one.get()).toBe(1);\n  const two = make(2);\n  expect(two.get()).toBe(2);\n});\n",
      "it('works for one', () => {\n  const one = make(1);\n  expect(one.get()).toBe(1);\n});\nit('works for two', () => {\n  const two = make(2);\n  expect(two.get()).toBe(2);\n});\n",
    ],
    [
      'an assertion moved to another test',
      "it('a', () => {\n  expect(add(1, 2)).toBe(3);\n  expect(add(0, 0)).toBe(0);\n});\nit('b', () => {\n  expect(add(1, 1)).toBe(2);\n});\n",
      "it('a', () => {\n  expect(add(1, 2)).toBe(3);\n});\nit('b', () => {\n  expect(add(1, 1)).toBe(2);\n  expect(add(0, 0)).toBe(0);\n});\n",
    ],
    [
      'an assertion of a nested test with another name for its object',
      "test('parse', (t) => {\n  t.equal(parse('a'), 1, 'one');\n  t.end();\n});\n",
      "test('parse', (t) => {\n  t.test('letters', (st) => {\n    st.equal(parse('a'), 1, 'one');\n    st.end();\n  });\n  t.end();\n});\n",
    ],
    [
      'a renamed helper',
      "function check(a) {\n  expect(add(a, 0)).toBe(a);\n}\nit('works', () => {\n  check(1);\n});\n",
      "function verifySum(a) {\n  expect(add(a, 0)).toBe(a);\n}\nit('works', () => {\n  verifySum(1);\n});\n",
    ],
    [
      'a table with more rows',
      "it.each([\n  [1, 2],\n])('adds %i', (a, b) => {\n  expect(add(a, 1)).toBe(b);\n});\n",
      "it.each([\n  [1, 2],\n  [3, 4],\n])('adds %i', (a, b) => {\n  expect(add(a, 1)).toBe(b);\n});\n",
    ],
    [
      'tests made a table of tests',
      "it('adds', () => {\n  expect(add(7, 2)).toBe(9);\n  expect(add(5, 3)).toBe(8);\n});\n",
      "it.each([\n  [7, 2, 9],\n  [5, 3, 8],\n])('adds', (a, b, sum) => {\n  expect(add(a, b)).toBe(sum);\n});\n",
    ],
    [
      'one of two same tests removed',
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\nit('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
    ],
    ['a skipped test removed', "it.skip('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n", ''],
    [
      'a skipped test switched on',
      "it.skip('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
    ],
    [
      'a test that is new and switched off',
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\nit.todo('multiplies');\nit.skip('divides', () => {\n  expect(div(4, 2)).toBe(2);\n});\n",
    ],
    [
      'a condition for a platform',
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
      "it.skipIf(isWindows)('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
    ],
    [
      'a new suite with the name of another that is switched off',
      "describe('a', () => {\n  it('b', () => {\n    expect(add(1, 2)).toBe(3);\n  });\n});\n",
      "describe('a', () => {\n  it('b', () => {\n    expect(add(1, 2)).toBe(3);\n  });\n});\ndescribe.skip('a', () => {\n  it('c', () => {\n    expect(add(1, 3)).toBe(4);\n  });\n});\n",
    ],
    [
      'handlers that look like tests',
      "it('serves', async () => {\n  app.get('/', (c) => c.text('one'));\n  expect(await get('/')).toBe('one');\n});\n",
      "it('serves', async () => {\n  app.get('/:id', (c) => c.text('one'));\n  expect(await get('/1')).toBe('one');\n});\n",
    ],
    [
      'elements',
      'it("shows", () => {\n  render(<p>Don\'t</p>);\n  expect(text()).toBe("Don\'t");\n});\n',
      'it("shows", () => {\n  render(<p>Do</p>);\n  expect(text()).toBe("Do");\n});\n',
    ],
    [
      'a half-written file',
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n",
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
    ],
    [
      'Windows line ends',
      "it('adds', () => {\r\n  expect(add(1, 2)).toBe(3);\r\n});\r\n",
      "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n",
    ],
  ])('raise no alarm: %s', (_, before, after) => {
    expect(compare(before, after)).toEqual([]);
  });

  it('raise no alarm when tests move to another file', () => {
    const test = (title: string) =>
      `it('${title}', () => {\n  const r = add('${title}');\n  expect(r).toBe(3);\n});\n`;
    const files = new Map([
      ['test/a.test.js', { before: test('a') + test('b'), after: test('a') }],
      ['test/b.test.js', { before: null, after: test('b') }],
    ]);
    expect(compareTests(files)).toEqual({
      weakenings: [],
      renamed: expect.arrayContaining([
        { from: { path: 'test/a.test.js', title: 'b' }, to: { path: 'test/b.test.js', title: 'b' } },
      ]),
    });
  });

  it('raise no alarm when a file moves with all it holds', () => {
    const text = `import { add } from '../lib/add.js';\n${dialects.jest('expect(result).toBe(3);')}`;
    const files = new Map([
      ['test/add.test.js', { before: text, after: null }],
      ['src/add.test.ts', { before: null, after: text.replace('../lib', '.') }],
    ]);
    expect(compareTests(files).weakenings).toEqual([]);
  });

  it('raise no alarm in files that are no tests: data, snapshots, fixtures', () => {
    const text = "it('adds', () => {\n  expect(add(1, 2)).toBe(3);\n});\n";
    for (const path of [
      'test/a.md',
      'test/__snapshots__/a.snap',
      'test/fixtures/a.js',
      '__fixtures__/a.test.js',
    ]) {
      expect(compare(text, '', path)).toEqual([]);
    }
    expect(compare(text, '', 'test/a.js')).not.toEqual([]);
  });
});
