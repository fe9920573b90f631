import { describe, expect, it } from 'vitest';
import { parseCommands, takeAssignments } from '../../src/environment/shell-words.ts';

const plain = (script: string) => parseCommands(script).map((words) => words.map((word) => word.plain));
const shell = (script: string) => parseCommands(script).map((words) => words.map((word) => word.shell));

describe('parseCommands', () => {
  it.each<[string, string[][]]>([
    ['mocha test', [['mocha', 'test']]],
    ['  mocha\t test  ', [['mocha', 'test']]],
    ['a && b || c ; d & e | f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a&&b;c', [['a'], ['b'], ['c']]],
    ['(cd x && a) && b', [['cd', 'x'], ['a'], ['b']]],
    ['a\nb\r\nc', [['a'], ['b'], ['c']]],
    ['a \\\n  b', [['a', 'b']]],
    ['', []],
    ['&& ;', []],
  ])('splits %j into its commands', (script, commands) => {
    expect(plain(script)).toEqual(commands);
  });

  it.each<[string, string[]]>([
    [`mocha 'test/**/*.js'`, ['mocha', 'test/**/*.js']],
    ['mocha "test/a b.js"', ['mocha', 'test/a b.js']],
    ['mocha test/a\\ b.js', ['mocha', 'test/a b.js']],
    [`a --x='1 2'"3 4"`, ['a', '--x=1 23 4']],
    ['a "say \\"hi\\" for \\$5 \\n"', ['a', 'say "hi" for $5 \\n']],
    [`a 'one "two" three'`, ['a', 'one "two" three']],
    [`a "it's" x`, ['a', "it's", 'x']],
    [`a '' ""`, ['a', '', '']],
    ['a "open', ['a', '"open']],
  ])('takes the quotes off %j', (script, words) => {
    expect(plain(script)).toEqual([words]);
  });

  it.each([
    'test/*.js',
    'test/**/*.{js,ts}',
    '"test/**/*.js"',
    "'test/**/*.js'",
    'test/!(helper).js',
    'test/*.?(c|m)js',
    'test/[ab].js',
    '~/x.js',
    '$FILES',
    '"$FILES/a b"',
    '$(find test -name "*.js" -not \\( -name x \\))',
    '`ls test`',
    `\${FILES:-test}`,
  ])('keeps %s as it is for the shell that gets it again', (word) => {
    expect(shell(`mocha ${word} --exit`)).toEqual([['mocha', word, '--exit']]);
  });

  it('leaves variables within words for the shell', () => {
    expect(plain(`mocha $OPTS '$literal' a\${B}c`)).toEqual([['mocha', '$OPTS', '$literal', `a\${B}c`]]);
  });

  it.each([
    'mocha test > out.txt',
    'mocha >out.txt test',
    'mocha test 2>&1',
    'mocha test 2> err.txt',
    'mocha 2>/dev/null test',
    'mocha test &> all.txt',
    'mocha test >> "a b.txt" < in.txt',
    'mocha test >| $OUT',
  ])('leaves out the redirection in %j', (script) => {
    expect(plain(script)).toEqual([['mocha', 'test']]);
  });

  it('takes a number before a space for a word, not for a descriptor', () => {
    expect(plain('mocha --retries 2 > out.txt')).toEqual([['mocha', '--retries', '2']]);
  });

  it.each<[string, string[][]]>([
    ['mocha test # all of them && none', [['mocha', 'test']]],
    ['# first\nmocha', [['mocha']]],
    ['mocha test/#1.js a#b && c', [['mocha', 'test/#1.js', 'a#b'], ['c']]],
    [`mocha '#x' "#y"`, [['mocha', '#x', '#y']]],
  ])('ends a comment at the line end, and begins it at a word only: %j', (script, commands) => {
    expect(plain(script)).toEqual(commands);
  });

  it('does not look into a script that nobody has written by hand', () => {
    const started = performance.now();
    expect(parseCommands(`mocha ${'${'.repeat(500_000)}`)).toEqual([]);
    expect(parseCommands(`mocha ${'${'.repeat(4_000)}`)).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('takeAssignments', () => {
  const take = (script: string) => {
    const { env, rest } = takeAssignments(parseCommands(script)[0] ?? []);
    return { env, rest: rest.map((word) => word.plain) };
  };

  it('takes variables off the front only', () => {
    expect(take(`A=1 B='two words' C= mocha D=4`)).toEqual({
      env: { A: '1', B: 'two words', C: '' },
      rest: ['mocha', 'D=4'],
    });
  });

  it('does not take an option or a path for a variable', () => {
    expect(take('--a=b mocha')).toEqual({ env: {}, rest: ['--a=b', 'mocha'] });
    expect(take('./a=b')).toEqual({ env: {}, rest: ['./a=b'] });
  });

  it('takes variables within a value for empty, since nobody has set them in a sandbox', () => {
    expect(take(`NODE_OPTIONS="$NODE_OPTIONS --no-warnings" PATH="\${PATH}:x" N=$(nproc) jest`)).toEqual({
      env: { NODE_OPTIONS: '--no-warnings', PATH: ':x', N: '' },
      rest: ['jest'],
    });
  });
});
