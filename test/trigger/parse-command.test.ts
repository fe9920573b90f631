import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/trigger/parse-command.ts';

describe('parseCommand', () => {
  it.each<[string, string, string]>([
    ['/deepseek retry', 'retry', ''],
    ['/deepseek   FIX  ', 'fix', ''],
    ['/DeepSeek Stop now', 'stop', 'now'],
    ['\n\n  /deepseek status', 'status', ''],
    ['/deepseek retry use a map\nand keep `a_b`', 'retry', 'use a map\nand keep `a_b`'],
    ['/deepseek retry\r\n\r\n- one\r\n- two', 'retry', '- one\r\n- two'],
    ['/deepseek retry a <!-- b --> c', 'retry', 'a <!-- b --> c'],
    ['/deepseek', 'help', ''],
    ['/deepseek\nretry', 'help', ''],
    ['/deepseek please retry', 'help', ''],
    ['/deepseek retryx', 'help', ''],
    ['/deepseek constructor', 'help', ''],
  ])('reads %j as %s with the words %j', (comment, name, words) => {
    expect(parseCommand(comment)).toEqual({ name, words });
  });

  it.each([
    '',
    'retry',
    'please /deepseek retry',
    'text\n/deepseek retry',
    '/deepseekx retry',
    '/deepseek-x retry',
    '/deepseek/retry',
    '//deepseek retry',
    '> /deepseek retry',
    '- /deepseek retry',
    '# /deepseek retry',
    '`/deepseek retry`',
    '```\n/deepseek retry\n```',
    '    /deepseek retry',
    '\n\n    /deepseek retry',
    '\t/deepseek retry',
    '/deepseek retry\n===',
    '<!-- x -->/deepseek retry',
    '<!-- /deepseek retry -->',
    '<p>/deepseek retry</p>',
    '&#47;deepseek retry',
    '\\/deepseek retry',
    '\u200b/deepseek retry',
    '@ai-fix retry',
  ])('finds no command in %j', (comment) => {
    expect(parseCommand(comment)).toBeNull();
  });

  it('is quick for the longest comment made to be slow', () => {
    const start = performance.now();
    parseCommand(`/deepseek retry ${'~a~~b'.repeat(13_000)}`);
    parseCommand(`${' '.repeat(65_000)}x`);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
