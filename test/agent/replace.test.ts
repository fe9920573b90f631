import { describe, expect, it } from 'vitest';
import { replaceOnce } from '../../src/agent/replace.ts';

/** What becomes of a text, and how; or the answer to the model. */
function replaced(text: string, old: string, put: string): [text: string, how: string] | string {
  const made = replaceOnce(text, old, put, 'a.py');
  return typeof made === 'string' ? made : [made.text, made.match];
}

const method = `class A:
    def f(self):
        x = 1
        return x

    def g(self):
        return 2
`;

describe('a text that is there once', () => {
  it('is replaced as it stands', () => {
    expect(replaced(method, '        x = 1\n', '        x = 2\n')).toEqual([
      method.replace('x = 1', 'x = 2'),
      'verbatim',
    ]);
  });

  it('is preferred to one that is there when read more loosely', () => {
    const text = 'x = 1  \ny\n    x = 1\n';
    expect(replaced(text, '    x = 1\n', '    x = 2\n')).toEqual(['x = 1  \ny\n    x = 2\n', 'verbatim']);
  });

  it('may be a part of a line, but not one without any word', () => {
    expect(replaced('f(a, ...)\n', 'a, ...', 'b')).toEqual(['f(b)\n', 'verbatim']);
    expect(replaced('f(a, ...)\n', '...', 'b')).toMatch(
      /has no word in it, and is only a part of line 1 of a\.py: "f\(a, \.\.\.\)"/,
    );
    expect(replaced('class A:\n    ...\n', '...', 'pass')).toEqual(['class A:\n    pass\n', 'verbatim']);
  });
});

describe('white space at the ends of lines', () => {
  it('may differ, and stays in lines that the edit keeps', () => {
    expect(replaced('a = 1  \nb = 2\t\nc\n', 'a = 1\nb = 2\n', 'a = 1\nb = 3\n')).toEqual([
      'a = 1  \nb = 3\nc\n',
      'line ends',
    ]);
  });

  it('is told to the model when it differed', () => {
    const made = replaceOnce('a  \nb\n', 'a\nb', 'a\nc', 'a.py');
    expect(made).toMatchObject({
      note: expect.stringMatching(
        /not there verbatim.*white space at the ends of lines ignored, at lines 1-2/,
      ),
    });
  });
});

describe('lines that are all shifted alike', () => {
  it('are found and the new ones are shifted as well', () => {
    const old = 'def f(self):\n    x = 1\n    return x\n';
    const put = 'def f(self):\n    x = 1\n    if x:\n        x = 2\n\n    return x\n';
    expect(replaced(method, old, put)).toEqual([
      method.replace('        return x\n', '        if x:\n            x = 2\n\n        return x\n'),
      'shifted',
    ]);
  });

  it('may be less deep in the file', () => {
    expect(
      replaced('if a:\n    b()\n    c()\n', '        b()\n        c()', '        b()\n        d()'),
    ).toEqual(['if a:\n    b()\n    d()\n', 'shifted']);
  });

  it('are not touched when a new line is less deep than the shift', () => {
    expect(replaced('if a:\n    b()\n    c()\n', '        b()\n        c()', '        b()\nd()')).toContain(
      'No replacement was performed',
    );
  });

  it('may be shifted by tabs', () => {
    expect(replaced('\tif (a) {\n\t\tb();\n\t}\n', 'if (a) {\n\tb();\n}', 'if (a) {\n\tc();\n}')).toEqual([
      '\tif (a) {\n\t\tc();\n\t}\n',
      'shifted',
    ]);
  });
});

describe('any white space', () => {
  it('may differ where tabs stand for spaces, and the new lines get tabs', () => {
    const put = 'if (a) {\n    if (c) {\n        b();\n    }\n}';
    expect(replaced('if (a) {\n\tb();\n}\n', 'if (a) {\n    b();\n}', put)).toEqual([
      'if (a) {\n\tif (c) {\n\t\tb();\n\t}\n}\n',
      'spaced',
    ]);
  });

  it('may differ within lines, and stays in those that the edit keeps', () => {
    expect(replaced('a  =  "x  y"\nb = 1\n', 'a = "x y"\nb = 1', 'a = "x y"\nb = 2')).toEqual([
      'a  =  "x  y"\nb = 2\n',
      'spaced',
    ]);
  });

  it.each([
    ['the file has and the edit keeps around', 'a\n\n\nb\nc\n', 'a\nb\nc', 'a\nb\nd', 'a\n\n\nb\nd\n'],
    ['the file has beside what is removed', 'a\n\nb\nc\n', 'a\nb\nc', 'a\nc', 'a\n\nc\n'],
    ['the old text has', 'a\nb\nc\n', 'a\n\nb\nc', 'a\n\nb\nd', 'a\nb\nd\n'],
    ['both have, not as many', 'a\n\n\nb\nc\n', 'a\n\nb\nc', 'a\n\nb\nd', 'a\n\n\nb\nd\n'],
    ['the old text begins with', 'a\nb\n', '\n\na\nb', '\n\na\nc', 'a\nc\n'],
  ])('is ignored in empty lines that %s', (_, text, old, put, expected) => {
    expect(replaced(text, old, put)).toEqual([expected, 'spaced']);
  });

  it('is no reason to guess an indentation that the file does not tell', () => {
    const text = 'if a:\n   b()\n     c()\n';
    expect(replaced(text, 'if a:\n    b()\n    c()', 'if a:\n        d()')).toContain(
      'No replacement was performed',
    );
  });
});

describe('a text that is there more than once', () => {
  it('is not replaced, and each place is shown with the lines around', () => {
    const text = 'def f():\n    return 1\n\ndef g():\n    return 1\n';
    const answer = replaced(text, '    return 1\n', '    return 2\n');
    expect(answer).toMatch(/Multiple occurrences of old_str in lines 2, 5 of a\.py\./);
    expect(answer).toContain('     1\tdef f():\n     2\t    return 1\n');
    expect(answer).toContain('     4\tdef g():\n     5\t    return 1\n');
  });

  it('is not replaced either when that is so only with white space ignored', () => {
    const text = 'if a:\n    x()\n    y()\nif b:\n        x()\n        y()\n';
    expect(replaced(text, 'x()\ny()\n', 'z()\n')).toMatch(
      /in lines 2, 5 of a\.py \(with all of its lines shifted by the same indentation; it is not there verbatim\)/,
    );
  });

  it('shows the first places of many, and of long ones the start and the end', () => {
    const block = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join('');
    const answer = replaced(block.repeat(9), block, 'x\n');
    expect(answer).toContain('in lines 1, 21, 41, 61, 81, 101, 121, 141, 161');
    expect(answer).toContain('The first 5 places:');
    expect(answer.length).toBeLessThan(3000);
  });
});

describe('a text that is not there', () => {
  it('is answered with the lines that are nearest, and with what differs', () => {
    const answer = replaced(
      method,
      '    def g(self):\n        """Two."""\n        return 2\n        # end\n',
      'x',
    );
    expect(answer).toContain(
      'The nearest lines are 6-8:\n     6\t    def g(self):\n     7\t        return 2\n',
    );
    expect(answer).toContain('only in old_str, before line 7: "        \\"\\"\\"Two.\\"\\"\\""');
    expect(answer).toContain('line 8: the file has "", old_str has "        # end"');
  });

  it('is found by the words of its most telling line where no line is the same', () => {
    const text = 'import os\n\n\ndef load(path, mode):\n    return open(path, mode).read()\n';
    expect(replaced(text, '    return open(path, mode, encoding).read()\n', 'x')).toContain(
      'The nearest lines are 5-5:',
    );
  });

  it('is not compared with lines that only have small change in common', () => {
    expect(
      replaced('try:\n    a()\nexcept:\n    pass\n', 'while queue.size() > limit:\n    pass\n', 'x'),
    ).toContain('Nothing like it is in the file, which has 5 lines');
  });

  it('is answered with what is wrong about leaving lines out', () => {
    expect(replaced(method, '    def f(self):\n        ...\n        return x\n', 'x')).toContain(
      'old_str leaves lines out with "..."',
    );
  });

  it('says so when white space is all that differs', () => {
    expect(replaced('if a:\n   b()\n     c()\n', 'if a:\n    b()\n    c()', 'if a:\n        d()')).toContain(
      'line 2 (white space only): the file has "   b()", old_str has "    b()"',
    );
  });
});

describe('a text whose first line lacks its indentation', () => {
  it.each([
    [
      'all new lines lack it too',
      'return x',
      'if x:\n    return x\nreturn 0',
      '        if x:\n            return x\n        return 0\n',
    ],
    [
      'only the first new line lacks it',
      'return x',
      'y = x\n        return y',
      '        y = x\n        return y\n',
    ],
    [
      'the first new line opens a block one step deeper',
      'return x',
      'if x:\n            return x',
      '        if x:\n            return x\n',
    ],
    [
      'comments come first',
      'return x',
      '# why\n# else\nreturn 3',
      '        # why\n        # else\n        return 3\n',
    ],
    [
      'the old one has more lines, in full',
      'x = 1\n        return x',
      'x = 5\n        return x',
      '        x = 5\n        return x\n',
    ],
  ])('is replaced so that it fits in: %s', (_, old, put, expected) => {
    const [text] = replaced(method, old, put);
    const after = method.slice(method.indexOf('\n    def g'));
    expect(text?.slice(text.indexOf(expected))).toBe(expected + after);
  });

  it('is told to the model when lines were indented for it', () => {
    expect(replaceOnce(method, 'return x', 'y = x\nreturn y', 'a.py')).toMatchObject({
      match: 'first line indented',
      note: expect.stringContaining('the other lines of new_str were indented by as much'),
    });
  });

  it('is not replaced when it is not clear where the new lines belong', () => {
    expect(replaced(method, 'return 2', 'return 2\n\ndef h():\n    pass')).toMatch(/at line 7 .* not clear/);
    const mixed = 'x = 2\nif x:\n    y()\n        return x';
    expect(replaced(method, 'x = 1\n        return x', mixed)).toMatch(/not clear/);
  });

  it('keeps the line ends of Windows', () => {
    expect(replaced('f:\r\n    a\r\n', 'a', 'b\nc')).toEqual([
      'f:\r\n    b\r\n    c\r\n',
      'first line indented',
    ]);
  });
});

describe('line ends as on Windows', () => {
  it('are kept where lines are found loosely, and the last line stays open', () => {
    expect(replaced('if a:\r\n    b\r\n    c', 'b\nc', 'b\nd\ne')).toEqual([
      'if a:\r\n    b\r\n    d\r\n    e',
      'shifted',
    ]);
  });
});

describe('a large file', () => {
  it('is searched without delay worth speaking of', () => {
    const text = Array.from(
      { length: 60_000 },
      (_, index) => `    value_${index} = compute(${index})\n`,
    ).join('');
    const old = 'value_30000 = compute(30000)\nvalue_30001 = compute(30001)\n';
    expect(replaced(text, old, 'x\n')).toEqual([expect.stringContaining('\n    x\n'), 'shifted']);
    expect(replaced(text, old.replace('30001)', '1)'), 'x\n')).toContain('The nearest lines are 30001-30002');
  });

  it('does not hold up the host where all of its lines are the same', () => {
    const text = 'a b\n'.repeat(500_000);
    expect(replaced(text, 'a b\n'.repeat(1000), 'x')).toMatch(/in lines 1, 2, .*, 50 and more of/);
    expect(replaced(text, '  a b\n'.repeat(1000), 'x')).toMatch(/in lines 1, 2, .*, 50 and more of/);
    expect(replaced(text, `${'a b\n'.repeat(1000)}c`, 'x')).toContain('No replacement was performed');
  });
});
