import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEditorTool } from '../../src/agent/editor.ts';
import { createSyntaxCheck } from '../../src/agent/syntax-check.ts';
import type { Shell } from '../../src/core/command.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { testSandbox } from '../support/sandbox.ts';

const signal = new AbortController().signal;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await testSandbox();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

function check(path: string, before: string | null, after: string, shell: Shell = sandbox): Promise<string> {
  return createSyntaxCheck(shell)(
    path,
    before === null ? null : Buffer.from(before),
    Buffer.from(after),
    signal,
  );
}

/** What is said of a file, from its line on. */
function note(path: string, line: number, message: string, text: string): string {
  return `\nNote: ${path} has a syntax error, in line ${line}: ${message}\n${String(line).padStart(6)}\t${text}`;
}

describe('a new syntax error', () => {
  it.each([
    [
      '/a.py',
      'def f():\n    return 1\n',
      'def f():\nreturn 1\n',
      2,
      'expected an indented block after function definition on line 1',
      'return 1',
    ],
    ['/a.py', 'x = 1\n', 'x = 1\nreturn x\n', 2, "'return' outside function", 'return x'],
    ['/a.js', 'f(1);\n', 'f(1;\n', 1, 'missing ) after argument list', 'f(1;'],
    ['/a.js', 'import a from "a";\n', 'import a from "a";\nif (a {\n', 2, "Unexpected token '{'", 'if (a {'],
    [
      '/a.cjs',
      'return;\n',
      'const a = 1;\nconst a = 2;\n',
      2,
      "Identifier 'a' has already been declared",
      'const a = 2;',
    ],
    [
      '/a.mjs',
      'await 1;\n',
      'await 1;\nwith (a) {}\n',
      2,
      'Strict mode code may not include a with statement',
      'with (a) {}',
    ],
    [
      '/a.ts',
      'const a: number = 1;\n',
      'const a: number = 1;\nconst b: number = ;\n',
      2,
      'Expression expected',
      'const b: number = ;',
    ],
    [
      '/a.json',
      '{}\n',
      '{\n"a": 1,\n}\n',
      3,
      'Expected double-quoted property name in JSON at position 10 (line 3 column 1)',
      '}',
    ],
    ['/a.toml', 'a = 1\n', 'a = 1\nb = \n', 2, 'Invalid value (at line 2, column 5)', 'b = '],
    ['/a.sh', 'echo\n', 'if true; then\n', 2, 'syntax error: unexpected end of file', ''],
  ])('in %s is told with its line', async (path, before, after, line, message, text) => {
    expect(await check(path, before, after)).toBe(note(path, line, message, text));
    expect(await check(path, before, before)).toBe('');
  });

  it('in a file that was just created is told', async () => {
    expect(await check('/new.py', null, 'f(\n')).toBe(note('/new.py', 1, "'(' was never closed", 'f('));
  });
});

describe('what is no error', () => {
  it.each([
    ['a module that awaits, without imports', '/a.js', 'await f();\n'],
    ['a script that returns', '/a.js', '#!/usr/bin/env node\nconst a = require("a");\nreturn;\n'],
    ['a module', '/a.js', 'export const a = import.meta.url;\n'],
    [
      'TypeScript with decorators, enums and namespaces',
      '/a.ts',
      '@C({ a: 1 })\nclass B {\n  @d() f(@I() x: number) {}\n  constructor(private a: string) {}\n}\nenum E { a }\nnamespace N { export const a = 1 }\nimport y = require("y");\n',
    ],
    ['another language', '/a.rs', 'fn main( {\n'],
    ['a name without an end', '/Makefile', 'a:\n'],
  ])('is %s', async (_, path, text) => {
    expect(await check(path, null, text)).toBe('');
  });

  it('is one in a file that did not parse before, whatever is edited there later', async () => {
    const checkSyntax = createSyntaxCheck(sandbox);
    const [old, first, second] = ['print "a"\n', 'print "b"\n', 'f(\n'].map((text) => Buffer.from(text));
    expect(await checkSyntax('/old.py', old as Buffer, first as Buffer, signal)).toBe('');
    expect(await checkSyntax('/old.py', first as Buffer, second as Buffer, signal)).toBe('');
  });

  it('is a check that cannot run or takes too long', async () => {
    const failing = (exitCode: number): Shell => ({
      run: async (command, given) => ({ ...(await sandbox.run(command, given)), exitCode }),
    });
    expect(await check('/a.py', null, 'f(\n', failing(124))).toBe('');
    expect(await check('/a.py', null, 'f(\n', failing(127))).toBe('');
  });
});

describe('an error that an edit did not mend', () => {
  it('is told again', async () => {
    const checkSyntax = createSyntaxCheck(sandbox);
    const [good, bad, worse] = ['f()\n', 'f(\n', 'g(\n'].map((text) => Buffer.from(text));
    expect(await checkSyntax('/a.py', good as Buffer, bad as Buffer, signal)).toContain('f(');
    expect(await checkSyntax('/a.py', bad as Buffer, worse as Buffer, signal)).toContain('g(');
    expect(await checkSyntax('/a.py', worse as Buffer, good as Buffer, signal)).toBe('');
  });
});

describe('the editor', () => {
  it('adds what is wrong to its answer, after each kind of change', async () => {
    const tool = createEditorTool(sandbox, 4000);
    const call = async (args: object) =>
      (await tool.run({ path: '/tmp/checked.py', ...args }, signal)).content;
    expect(await call({ command: 'create', file_text: 'def f(:\n    pass\n' })).toMatch(
      /^File created successfully at: \/tmp\/checked\.py\nNote: .* has a syntax error, in line 1: /,
    );
    expect(await call({ command: 'str_replace', old_str: 'f(:', new_str: 'f():' })).not.toContain(
      'syntax error',
    );
    expect(await call({ command: 'insert', insert_line: 1, new_str: 'x = (' })).toMatch(
      /Edit the file again if necessary\.\nNote: .* in line 2: expected an indented block/,
    );
  });
});
