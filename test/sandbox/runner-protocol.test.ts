import { describe, expect, it } from 'vitest';
import { createFrameParser, type Frame, printRun } from '../../src/sandbox/runner-protocol.ts';

function frame(type: string, payload: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeUInt32LE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

const hello = frame('H', Buffer.from([1, 0, 0, 0]));

function parseAll(bytes: Buffer, chunkLength: number): Frame[] {
  const frames: Frame[] = [];
  const parse = createFrameParser((found) => frames.push(found));
  for (let at = 0; at < bytes.length; at += chunkLength) parse(bytes.subarray(at, at + chunkLength));
  return frames;
}

describe('createFrameParser', () => {
  const stream = Buffer.concat([hello, frame('O', Buffer.from('some output')), frame('O', Buffer.alloc(0))]);

  it.each([1, 2, 3, 5, 7, stream.length])('finds the same frames in chunks of %i bytes', (length) => {
    expect(parseAll(stream, length)).toEqual([
      { type: 'hello', version: 1 },
      { type: 'output', bytes: Buffer.from('some output') },
      { type: 'output', bytes: Buffer.alloc(0) },
    ]);
  });

  it('refuses a stream that is not the runner’s', () => {
    expect(() => parseAll(Buffer.from('sh: 1: syntax error'), 100)).not.toThrow(); // its length says: not whole yet
    expect(() => parseAll(frame('x', Buffer.from('?')), 100)).toThrow('not the ai-fix runner');
  });

  it('refuses a runner of another protocol version', () => {
    expect(() => parseAll(frame('H', Buffer.from([9, 0, 0, 0])), 100)).toThrow('protocol 9');
  });
});

describe('printRun', () => {
  it('writes lengths in bytes, not characters', () => {
    const printed = printRun({
      id: 7,
      script: 'echo ü',
      cwd: '/ö',
      timeoutMs: 5,
      keep: { head: 1, tail: 2 },
      carry: true,
      hasInput: false,
    });
    expect(printed.readUInt32LE(1)).toBe(printed.length - 5);
    expect(printed.subarray(5 + 24).toString()).toBe('/öecho ü');
    expect(printed.readUInt32LE(5 + 20)).toBe(3);
  });
});
