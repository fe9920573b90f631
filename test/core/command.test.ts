import { describe, expect, it } from 'vitest';
import { type CommandResult, outputText, succeeded } from '../../src/core/command.ts';

const output = (head: string | Buffer, tail: string | Buffer, elidedBytes: number) => ({
  head: Buffer.from(head),
  tail: Buffer.from(tail),
  elidedBytes,
});

describe('outputText', () => {
  it('is head and tail in one where nothing was left out, also within a character', () => {
    const bytes = Buffer.from('a🙂b');
    for (let at = 0; at <= bytes.length; at++) {
      expect(outputText(output(bytes.subarray(0, at), bytes.subarray(at), 0))).toBe('a🙂b');
    }
  });

  it('tells between them how much was left out, with a hint', () => {
    expect(outputText(output('head', 'tail', 90))).toBe('head\n[... 90 bytes left out ...]\ntail');
    expect(outputText(output('head', 'tail', 90), 'see x')).toBe(
      'head\n[... 90 bytes left out; see x ...]\ntail',
    );
  });

  it('cuts no character in two', () => {
    const bytes = Buffer.from('世界🙂é');
    for (let at = 0; at <= bytes.length; at++) {
      const text = outputText(output(bytes.subarray(0, at), bytes.subarray(at), 5));
      expect(text).toMatch(/^[世界🙂é]*\n\[\.\.\. 5 bytes left out \.\.\.\]\n[世界🙂é]*$/u);
    }
  });

  it('gives replacement characters for bytes that are not UTF-8', () => {
    expect(outputText(output(Buffer.from([0x61, 0xff, 0x62]), '', 0))).toBe('a\ufffdb');
    expect(
      outputText(output(Buffer.from([0x61, 0xff, 0x62]), Buffer.from([0x80, 0x80, 0x80, 0x80]), 5)),
    ).toContain('a\ufffdb\n');
  });
});

describe('succeeded', () => {
  const good: CommandResult = {
    exitCode: 0,
    signal: null,
    ...output('', '', 0),
    totalBytes: 0,
    file: null,
    cwd: '/',
    seconds: 0,
    timedOut: false,
    killed: false,
    outOfMemory: false,
    diskFull: false,
    processesReset: false,
    cwdLost: false,
  };
  it.each<[Partial<CommandResult>, boolean]>([
    [{}, true],
    [{ exitCode: 1 }, false],
    [{ exitCode: null, signal: 9 }, false],
    [{ timedOut: true }, false],
    [{ killed: true }, false],
    [{ diskFull: true }, false],
    [{ cwdLost: true }, true],
  ])('of a result with %j is %j', (changes, expected) => {
    expect(succeeded({ ...good, ...changes })).toBe(expected);
  });
});
