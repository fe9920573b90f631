import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { printAssignments, printExports, quoteWord } from '../../src/text/quote-word.ts';

const run = (script: string) => execFileSync('sh', ['-c', script], { encoding: 'utf8' });
const awkward = ['plain', 'a b', "it's", '$HOME', '', '*', '"', '\\', 'ü', '-x', 'a\nb', '~', '#', 'a:~/b'];

describe('quoteWord', () => {
  it.each(awkward)('makes one word of %j for a real shell', (word) => {
    const printed = run(`printf '%s|' ${quoteWord(word)} end`);
    expect(printed).toBe(`${word}|end|`);
  });

  it('leaves a plain word as it is', () => {
    expect(quoteWord('--config=a/b.json')).toBe('--config=a/b.json');
  });
});

describe('variables', () => {
  it.each(awkward)('have the value %j for the command that they stand before', (value) => {
    expect(run(`${printAssignments({ A: '1', B: value })}sh -c 'printf "%s|%s" "$A" "$B"'`)).toBe(
      `1|${value}`,
    );
  });

  it.each(awkward)('have the value %j in all that comes after', (value) => {
    expect(run(`${printExports({ A: '1', B: value })}\nsh -c 'printf "%s|%s" "$A" "$B"'`)).toBe(`1|${value}`);
  });
});
