import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEditorTool } from '../../src/agent/editor.ts';
import { outputText } from '../../src/core/command.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { testSandbox } from '../support/sandbox.ts';

const signal = new AbortController().signal;
const directory = '/tmp/editor';
let files = 0;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
  await inSandbox(`mkdir -p ${directory}`);
});
afterAll(() => sandbox[Symbol.asyncDispose]());

async function inSandbox(script: string): Promise<string> {
  const result = await sandbox.run({ script, timeoutSeconds: 30 });
  expect(result.exitCode, outputText(result)).toBe(0);
  return outputText(result).trimEnd();
}

/** Calls the tool; what the model gets. */
async function editor(
  command: string,
  path: string,
  more: object = {},
  characters = 16_000,
): Promise<string> {
  const tool = createEditorTool(sandbox, characters);
  return (await tool.run({ command, path, ...more }, signal)).content;
}

/** A file with this content, under a name of its own unless told otherwise. */
async function file(content: string | Buffer, path = `${directory}/file-${++files}`): Promise<string> {
  const script = `cat > "$(printf '%b' '${escapePath(path)}')"`;
  await sandbox.run({ script, input: Buffer.from(content), timeoutSeconds: 30 });
  return path;
}

async function bytesOf(path: string): Promise<Buffer> {
  const script = `cat "$(printf '%b' '${escapePath(path)}')"`;
  return (await sandbox.run({ script, timeoutSeconds: 30, keep: 'all' })).head;
}

/** A path for printf, byte by byte, so that the tests do not quote as the tool does. */
function escapePath(path: string): string {
  return [...Buffer.from(path)].map((byte) => `\\0${byte.toString(8)}`).join('');
}

async function textOf(path: string): Promise<string> {
  return (await bytesOf(path)).toString();
}

describe('view', () => {
  const cat = (path: string, ...lines: string[]) =>
    `Here's the result of running \`cat -n\` on ${path}:\n${lines.join('\n')}`;

  it('shows a file with its lines numbered', async () => {
    const path = await file('one\n\ttwo\nthree');
    expect(await editor('view', path)).toBe(cat(path, '     1\tone', '     2\t\ttwo', '     3\tthree'));
  });

  it.each<[[number, number], string[]]>([
    [
      [2, 3],
      ['     2\tb', '     3\tc'],
    ],
    [
      [2, -1],
      ['     2\tb', '     3\tc', '     4\td'],
    ],
    [[4, 4], ['     4\td']],
    [
      [3, 99],
      ['     3\tc', '     4\td'],
    ],
    [
      [1, -1],
      ['     1\ta', '     2\tb', '     3\tc', '     4\td'],
    ],
  ])('shows the lines of the range %j', async (range, lines) => {
    const path = await file('a\nb\nc\nd');
    expect(await editor('view', path, { view_range: range })).toBe(cat(path, ...lines));
  });

  it.each([[[0, 2]], [[5, 6]], [[5, -1]], [[3, 2]], [[-1, 2]], [[2, -2]]])(
    'refuses the range %j of four lines',
    async (range) => {
      const path = await file('a\nb\nc\nd');
      expect(await editor('view', path, { view_range: range })).toBe(
        'Invalid `view_range`: the file has 4 lines.',
      );
    },
  );

  it('shows lines that end as on Windows without the return, and no byte order mark', async () => {
    const path = await file('\ufeffone\r\ntwo\r\n');
    expect(await editor('view', path)).toBe(cat(path, '     1\tone', '     2\ttwo', '     3\t'));
  });

  it('shows bytes that are no UTF-8 as Latin-1', async () => {
    const path = await file(Buffer.from('café', 'latin1'));
    expect(await editor('view', path)).toBe(cat(path, '     1\tcafé'));
  });

  it('shows head and tail of a long file', async () => {
    const path = await file(Array.from({ length: 1000 }, (_, index) => `line ${index + 1}`).join('\n'));
    const content = await editor('view', path, {}, 1000);
    expect(content).toMatch(/line 1\n[\s\S]*characters left out; view a range instead[\s\S]*line 1000$/);
    expect(content.length).toBeLessThan(1100);
  });

  it('lists a directory two levels deep, without hidden entries and what is in node_modules', async () => {
    const root = `${directory}/a tree`;
    await inSandbox(
      `mkdir -p '${root}/b/c/d' '${root}/.git/x' '${root}/node_modules/e' && cd '${root}' && touch a.js b/.hidden b/c/deep.js "b/it's & <|> \\"x\\".js"`,
    );
    expect((await editor('view', root)).split('\n').slice(1)).toEqual([
      root,
      `${root}/a.js`,
      `${root}/b`,
      `${root}/b/c`,
      `${root}/b/it's & <|> "x".js`,
      `${root}/node_modules`,
    ]);
  });

  it('lists a directory whose own name is odd or hidden, and the root', async () => {
    for (const name of ['x & y', 'a|b', '.hidden', `it's`, '*']) {
      const root = `${directory}/odd/${name}`;
      await sandbox.run({ script: `mkdir -p "$(printf '%b' '${escapePath(root)}')"`, timeoutSeconds: 30 });
      await file('', `${root}/a.js`);
      expect((await editor('view', root)).split('\n').slice(1)).toEqual([root, `${root}/a.js`]);
    }
    expect(await editor('view', '/')).toMatch(/\n\/\n[\s\S]*\n\/tmp\n/);
  });

  it('lists the directory that a link leads to', async () => {
    await inSandbox(`mkdir ${directory}/real; touch ${directory}/real/a.js; ln -s real ${directory}/to-real`);
    expect(await editor('view', `${directory}/to-real`)).toContain(`\n${directory}/to-real/a.js`);
  });

  it('takes no range for a directory', async () => {
    expect(await editor('view', directory, { view_range: [1, 2] })).toBe(
      'The parameter `view_range` is not allowed for a directory.',
    );
  });

  it('tells when there is no such file', async () => {
    expect(await editor('view', `${directory}/none`)).toBe(
      `The path ${directory}/none does not exist. Please provide a valid path.`,
    );
    const path = await file('x');
    expect(await editor('view', `${path}/below`)).toContain('does not exist');
    await inSandbox(`ln -sf /tmp/nowhere ${directory}/dangling`);
    expect(await editor('view', `${directory}/dangling`)).toContain('does not exist');
  });

  it('refuses a binary file, one that is too large, and what is no file', async () => {
    expect(await editor('view', await file(Buffer.from([137, 80, 78, 71, 0, 1])))).toContain(
      'is a binary file',
    );
    await inSandbox(
      `head -c 9000000 /dev/zero | tr '\\0' 'x' > ${directory}/large; mkfifo ${directory}/fifo`,
    );
    expect(await editor('view', `${directory}/large`)).toContain('has 9000000 bytes, more than the 8388608');
    expect(await editor('view', `${directory}/fifo`)).toContain('is neither a file nor a directory');
    await inSandbox(`ln -s large ${directory}/to-large`);
    expect(await editor('view', `${directory}/to-large`)).toContain('has 9000000 bytes');
  });

  it('tells when a file may not be read', async () => {
    await expect(editor('view', '/etc/shadow')).rejects.toMatchObject({
      code: 'sandbox_command_failed',
      message: expect.stringContaining('Permission denied'),
    });
  });

  it('suggests the absolute path for a relative one', async () => {
    expect(await editor('view', 'src/../a b.js')).toBe(
      'The path src/../a b.js is not absolute. Maybe you meant /workspace/a b.js?',
    );
  });
});

describe('create', () => {
  it('writes a new file and makes its directories', async () => {
    const path = `${directory}/new/deep/er/file.txt`;
    const text = 'Grüße\r\n世界\n\n $HOME `x` \'y\' "z" \\n';
    expect(await editor('create', path, { file_text: text })).toBe(`File created successfully at: ${path}`);
    expect(await textOf(path)).toBe(text);
  });

  it('can write an empty file', async () => {
    const path = `${directory}/empty`;
    await editor('create', path, { file_text: '' });
    expect(await inSandbox(`stat -c %s ${path}`)).toBe('0');
  });

  it('can write a large file', async () => {
    const text = `${'x'.repeat(99)}\n`.repeat(30_000);
    await editor('create', `${directory}/big`, { file_text: text });
    expect(await textOf(`${directory}/big`)).toBe(text);
  });

  it.each([
    ['a file', 'echo kept >'],
    ['an empty file', 'true >'],
    ['a pipe', 'mkfifo'],
  ])('refuses to overwrite %s', async (_, make) => {
    const path = `${directory}/taken-${++files}`;
    await inSandbox(`${make} ${path}`);
    expect(await editor('create', path, { file_text: 'new' })).toContain(`A file already exists at ${path}.`);
    expect(await inSandbox(`[ -p ${path} ] || cat ${path}`)).not.toContain('new');
  });

  it('refuses to overwrite a large file', async () => {
    const path = await file('x'.repeat(100_000));
    expect(await editor('create', path, { file_text: 'new' })).toContain('already exists');
    expect(await inSandbox(`stat -c %s ${path}`)).toBe('100000');
  });

  it('tells when the path is a directory, or below a file', async () => {
    expect(await editor('create', directory, { file_text: '' })).toBe(`${directory} is a directory.`);
    const path = await file('x');
    expect(await editor('create', `${path}/below`, { file_text: '' })).toMatch(
      /^The file could not be written: .*/,
    );
    expect(await editor('create', '/etc/new', { file_text: '' })).toMatch(
      /could not be written: .*Permission denied/,
    );
  });

  it('needs a text', async () => {
    expect(await editor('create', `${directory}/no-text`)).toContain('`file_text` is required');
  });
});

describe('str_replace', () => {
  const replace = (path: string, old_str: string, new_str?: string) =>
    editor('str_replace', path, { old_str, ...(new_str === undefined ? {} : { new_str }) });

  it('replaces what occurs once and shows the lines around', async () => {
    const path = await file(Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join(''));
    const content = await replace(path, 'line 10\n', 'first\nsecond\n');
    expect(await textOf(path)).toContain('line 9\nfirst\nsecond\nline 11\n');
    expect(content).toContain(`The file ${path} has been edited.`);
    expect(content).toContain('     6\tline 6\n');
    expect(content).toContain('    10\tfirst\n    11\tsecond\n    12\tline 11\n');
    expect(content).toContain('    15\tline 14\n');
    expect(content).not.toMatch(/^ +(5|17)\t/m);
  });

  it('puts in the new text as it is', async () => {
    const path = await file('a X b');
    await replace(path, 'X', "$& $1 $$ \\n 'q'");
    expect(await textOf(path)).toBe("a $& $1 $$ \\n 'q' b");
  });

  it('removes the old text when there is no new one', async () => {
    const path = await file('one\ntwo\nthree\n');
    await replace(path, 'two\n');
    expect(await textOf(path)).toBe('one\nthree\n');
  });

  it('changes nothing when the old text is not there', async () => {
    const path = await file('if (a) {\n\tb();\n}\n');
    expect(await replace(path, 'if (a) {\n  c();\n}', 'x')).toMatch(
      /^No replacement was performed\. old_str did not appear verbatim in [\s\S]*Copy the lines exactly/,
    );
    expect(await textOf(path)).toBe('if (a) {\n\tb();\n}\n');
  });

  it('finds the old text once where only white space differs, and says so', async () => {
    const path = await file('if (a) {\r\n\tb();\r\n}\r\n');
    expect(await replace(path, 'if (a) {\n  b();\n}', 'if (a) {\n  c();\n}')).toContain(
      `has been edited. Note: old_str was not there verbatim. It was found once, with white space ignored, at lines 1-3;`,
    );
    expect(await textOf(path)).toBe('if (a) {\r\n\tc();\r\n}\r\n');
  });

  it('changes nothing when the old text is there more than once, and names the lines', async () => {
    const path = await file('a\nb\na\nb\nxa\n');
    expect(await replace(path, 'a', 'c')).toContain('Multiple occurrences of old_str in lines 1, 3, 5');
    expect(await replace(path, 'a\nb', 'c')).toContain('in lines 1, 3 of');
    expect(await textOf(path)).toBe('a\nb\na\nb\nxa\n');
    const windows = await file('a\r\nb\r\na\r\nb\r\n');
    expect(await replace(windows, 'a\nb', 'c')).toContain('in lines 1, 3 of');
    expect(await textOf(windows)).toBe('a\r\nb\r\na\r\nb\r\n');
  });

  it('changes nothing when old and new are the same, or the old is empty or missing', async () => {
    const path = await file('a');
    expect(await replace(path, 'a', 'a')).toContain('are the same');
    expect(await replace(path, '', 'b')).toContain('must not be empty');
    expect(await editor('str_replace', path, { new_str: 'b' })).toContain('`old_str` is required');
    expect(await textOf(path)).toBe('a');
  });

  it.each([
    ['several lines', 'two\nthree', '2\n3\n3.5', 'one\r\n2\r\n3\r\n3.5\r\nfour\r\n'],
    ['one line by several', 'two', '2\n2.5', 'one\r\n2\r\n2.5\r\nthree\r\nfour\r\n'],
    ['a part of a line by several lines', 'w', 'W\nw', 'one\r\ntW\r\nwo\r\nthree\r\nfour\r\n'],
    ['lines written with their returns', 'two\r\nthree', '2\r\n3', 'one\r\n2\r\n3\r\nfour\r\n'],
    ['the last line by several', 'four', '4\n5', 'one\r\ntwo\r\nthree\r\n4\r\n5\r\n'],
    ['lines by nothing', 'two\nthree\n', '', 'one\r\nfour\r\n'],
    ['text that begins with a line end', '\nthree', '\n3\n4', 'one\r\ntwo\r\n3\r\n4\r\nfour\r\n'],
  ])('keeps line ends as on Windows: %s', async (_, old, replacement, expected) => {
    const path = await file('one\r\ntwo\r\nthree\r\nfour\r\n');
    await replace(path, old, replacement);
    expect(await textOf(path)).toBe(expected);
  });

  it('keeps them at the end of a file without a last line end', async () => {
    const path = await file('one\r\ntwo');
    await replace(path, 'two', '2\n3');
    expect(await textOf(path)).toBe('one\r\n2\r\n3');
  });

  it('keeps each line end of a file that has both kinds', async () => {
    const path = await file('unix\nwindows\r\nlast\n');
    await replace(path, 'unix', 'u1\nu2');
    await replace(path, 'windows', 'w1\nw2');
    expect(await textOf(path)).toBe('u1\nu2\nw1\r\nw2\r\nlast\n');
  });

  it('keeps the byte order mark', async () => {
    const path = await file('\ufeffone\ntwo\n');
    await replace(path, 'one', '1');
    expect(await textOf(path)).toBe('\ufeff1\ntwo\n');
  });

  it('keeps a missing final line end', async () => {
    const path = await file('one\ntwo');
    await replace(path, 'two', '2');
    expect(await textOf(path)).toBe('one\n2');
  });

  it('keeps bytes that are no UTF-8', async () => {
    const before = Buffer.from([0x61, 0x20, 0xe9, 0xff, 0x80, 0x0a, 0x62, 0x0a]);
    const path = await file(before);
    await replace(path, 'b', 'é');
    expect(await bytesOf(path)).toEqual(Buffer.from([0x61, 0x20, 0xe9, 0xff, 0x80, 0x0a, 0xe9, 0x0a]));
  });

  it('refuses text that such a file cannot hold, rather than to spoil it', async () => {
    const before = Buffer.from('café\n', 'latin1');
    const path = await file(before);
    expect(await replace(path, 'caf', '世界')).toMatch(/^Nothing was changed: .* is not UTF-8/);
    expect(await bytesOf(path)).toEqual(before);
    expect(await editor('insert', path, { insert_line: 0, new_str: '€' })).toMatch(/^Nothing was changed/);
    expect(await bytesOf(path)).toEqual(before);
  });

  it('keeps the mode of the file, and follows a link', async () => {
    const path = await file('#!/bin/sh\necho a\n');
    await inSandbox(`chmod 751 ${path}; ln -s ${path} ${path}.link`);
    await replace(`${path}.link`, 'echo a', 'echo b');
    expect(await inSandbox(`stat -c %a ${path}; [ -L ${path}.link ] && ${path}`)).toBe('751\nb');
  });

  it('keeps a large file whole', async () => {
    const text = Array.from(
      { length: 80_000 },
      (_, index) => `const line${index} = ${index}; // 世界\n`,
    ).join('');
    const path = await file(text);
    await replace(path, 'line40000 ', 'changed ');
    expect(await textOf(path)).toBe(text.replace('line40000 ', 'changed '));
  });

  it('tells when the file cannot be written', async () => {
    expect(await replace('/etc/passwd', 'root:x:0:0:', 'x')).toMatch(
      /could not be written: .*Permission denied/,
    );
  });

  it('can be used on files only', async () => {
    expect(await replace(directory, 'a', 'b')).toContain('only the command `view` can be used');
    expect(await replace(`${directory}/none`, 'a', 'b')).toContain('does not exist');
    expect(await replace(await file(Buffer.from([0, 1])), 'a', 'b')).toContain('is a binary file');
  });
});

describe('a path that does not exist', () => {
  it('is answered with the files of that name in the work tree', async () => {
    await inSandbox(
      'mkdir -p /workspace/src/deep /workspace/node_modules && cd /workspace && touch src/named.py src/deep/named.py node_modules/named.py "src/na*.py"',
    );
    const there = 'Files of that name: /workspace/src/named.py, /workspace/src/deep/named.py.';
    expect(await editor('view', '/workspace/named.py')).toContain(there);
    expect(await editor('str_replace', '/workspace/lib/named.py', { old_str: 'a', new_str: 'b' })).toContain(
      there,
    );
    expect(await editor('view', '/workspace/na*.py')).toContain('Files of that name: /workspace/src/na*.py.');
    await inSandbox('rm -r /workspace/src /workspace/node_modules');
  });
});

describe('a path out of the work tree', () => {
  const out = async (target: string) => {
    const link = `/workspace/out-${target.replaceAll('/', '-')}`;
    await inSandbox(`ln -sfn ${target} ${link}`);
    return link;
  };

  it('leads no further than the sandbox and what its user may do there, also through a link', async () => {
    for (const path of ['/etc/passwd', '/workspace/../etc/passwd', await out('/etc/passwd')]) {
      expect(await editor('view', path)).toContain('root:x:0:0:');
      expect(await editor('str_replace', path, { old_str: 'root:x:0:0:', new_str: 'x' })).toMatch(
        /could not be written: .*Permission denied/,
      );
      expect(await editor('create', path, { file_text: 'x' })).toContain('A file already exists');
    }
    expect(await editor('create', '/etc/new/file', { file_text: 'x' })).toContain('could not be written');
    await expect(editor('view', await out('/etc/shadow'))).rejects.toThrow('Permission denied');
  });

  it.each([
    ['a device without end', '/dev/zero', 'is neither a file nor a directory'],
    ['a file that tells no size', '/proc/self/environ', 'is a binary file'],
    ['a file that tells no size and has no end', '/proc/self/pagemap', 'more than the 8388608 that'],
    ['a link to itself', '/workspace/out--workspace-loop', 'does not exist'],
  ])('that is %s is told as what it is', async (_, target, told) => {
    await inSandbox('ln -sfn /workspace/out--workspace-loop /workspace/loop');
    expect(await editor('view', await out(target))).toContain(told);
    expect(await editor('str_replace', await out(target), { old_str: 'a', new_str: 'b' })).toContain(told);
  });
});

describe('insert', () => {
  it.each<[string, string, number, string, string]>([
    ['at the start', 'a\nb\n', 0, 'x', 'x\na\nb\n'],
    ['in the middle', 'a\nb\n', 1, 'x', 'a\nx\nb\n'],
    ['at the end', 'a\nb\n', 2, 'x', 'a\nb\nx\n'],
    ['at the end without a line end', 'a\nb', 2, 'x', 'a\nb\nx'],
    ['in the middle without a last line end', 'a\nb', 1, 'x', 'a\nx\nb'],
    ['several lines', 'a\nb\n', 1, 'x\ny\n', 'a\nx\ny\nb\n'],
    ['an empty line', 'a\nb\n', 1, '', 'a\n\nb\n'],
    ['two empty lines', 'a\nb\n', 1, '\n\n', 'a\n\n\nb\n'],
    ['into an empty file', '', 0, 'x', 'x\n'],
    ['at the start, Windows', 'a\r\nb\r\n', 0, 'x\ny', 'x\r\ny\r\na\r\nb\r\n'],
    ['in the middle, Windows', 'a\r\nb\r\n', 1, 'x\ny\n', 'a\r\nx\r\ny\r\nb\r\n'],
    ['at the end, Windows', 'a\r\nb\r\n', 2, 'x\r\ny\r\n', 'a\r\nb\r\nx\r\ny\r\n'],
    ['at the end without a line end, Windows', 'a\r\nb', 2, 'x', 'a\r\nb\r\nx'],
    ['after a Unix line of a mixed file', 'a\nb\r\nc\n', 1, 'x', 'a\nx\nb\r\nc\n'],
    ['after a Windows line of a mixed file', 'a\nb\r\nc\n', 2, 'x', 'a\nb\r\nx\r\nc\n'],
    ['after the byte order mark', '\ufeffa\nb\n', 0, 'x', '\ufeffx\na\nb\n'],
  ])('puts lines %s', async (_, before, line, text, after) => {
    const path = await file(before);
    await editor('insert', path, { insert_line: line, new_str: text });
    expect(await textOf(path)).toBe(after);
  });

  it('shows the new lines with their numbers', async () => {
    const path = await file('a\nb\nc\n');
    const content = await editor('insert', path, { insert_line: 1, new_str: 'x\ny' });
    expect(content).toContain('     1\ta\n     2\tx\n     3\ty\n     4\tb\n');
  });

  it.each([
    ['a\nb\n', 3, 2],
    ['a\nb', 3, 2],
    ['', 1, 0],
    ['a\r\nb\r\n', 3, 2],
  ])('refuses a line after the end of %j', async (before, line, count) => {
    const path = await file(before);
    expect(await editor('insert', path, { insert_line: line, new_str: 'x' })).toBe(
      `Invalid \`insert_line\`: the file has ${count} lines.`,
    );
    expect(await textOf(path)).toBe(before);
  });

  it('needs a line and a text', async () => {
    const path = await file('a');
    expect(await editor('insert', path, { new_str: 'x' })).toContain('are required');
    expect(await editor('insert', path, { insert_line: 1 })).toContain('are required');
  });
});

describe('arguments', () => {
  it.each([
    ['a command that does not exist', { command: 'undo_edit', path: '/a' }],
    ['no path', { command: 'view' }],
    ['an empty path', { command: 'view', path: '' }],
    ['a path that no file can have', { command: 'view', path: '/tmp/a\0b' }],
    ['a range of one number', { command: 'view', path: '/a', view_range: [1] }],
    ['a range of fractions', { command: 'view', path: '/a', view_range: [1, 1.5] }],
    ['a negative line', { command: 'insert', path: '/a', insert_line: -1, new_str: '' }],
    ['a line that is no number', { command: 'insert', path: '/a', insert_line: 'two', new_str: '' }],
    ['a text that is none', { command: 'create', path: '/a', file_text: 1 }],
    ['no object', null],
  ])('with %s do not fit', async (_, input) => {
    const tool = createEditorTool(sandbox, 1000);
    await expect(tool.run(input, signal)).rejects.toThrow(expect.objectContaining({ name: 'ZodError' }));
  });

  it('may be null where they are not needed, and numbers may come as text', async () => {
    const none = { file_text: null, old_str: null, new_str: null, insert_line: null, view_range: null };
    const path = await file('one\ntwo\nthree\n');
    const whole = await editor('view', path);
    expect(await editor('view', path, none)).toBe(whole);
    expect(await editor('view', path, { view_range: [] })).toBe(whole);
    const range = await editor('view', path, { view_range: [2, -1] });
    expect(await editor('view', path, { view_range: '[2, -1]' })).toBe(range);
    await editor('insert', path, { ...none, insert_line: '1', new_str: '7' });
    expect(await textOf(path)).toBe('one\n7\ntwo\nthree\n');
    await editor('str_replace', path, { ...none, old_str: '7\n' });
    expect(await textOf(path)).toBe('one\ntwo\nthree\n');
  });

  it.each([
    'a b',
    `it's`,
    'say "x"',
    '$HOME',
    '-rf',
    '`id`',
    'a\\b',
    'ünï 世界',
    '*?[x]',
    'a;b&c|d',
    '--',
    'new\nline',
  ])('may name a path with odd characters: %j', async (name) => {
    const path = `${directory}/odd names/${name}`;
    await editor('create', path, { file_text: 'one\n' });
    await editor('str_replace', path, { old_str: 'one', new_str: 'two' });
    expect(await editor('view', path)).toContain('     1\ttwo');
    expect(await textOf(path)).toBe('two\n');
  });

  it('have one line for people', async () => {
    const tool = createEditorTool(sandbox, 1000);
    const path = await file('a');
    expect((await tool.run({ command: 'view', path }, signal)).summary).toBe(`view ${path}`);
  });
});

describe('a sandbox that fails while a file is looked at', () => {
  it('is not taken for a file that does not exist', async () => {
    const broken = createEditorTool(
      {
        run: async (command, given) => ({
          ...(await sandbox.run(command, given)),
          head: Buffer.from('bash: fork: Resource temporarily unavailable\n'),
          exitCode: 254,
        }),
      },
      1000,
    );
    const path = await file('kept');
    await expect(broken.run({ command: 'create', path, file_text: 'new' }, signal)).rejects.toMatchObject({
      code: 'sandbox_command_failed',
    });
    expect(await textOf(path)).toBe('kept');
  });
});
