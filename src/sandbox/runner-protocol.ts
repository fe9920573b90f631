import type { CommandResult } from '../core/command.ts';

/** The frames of sandbox/runner.c, where the protocol is described. Integers are little endian. */

const protocolVersion = 1;
const keepAll = 0xffff_ffff;
const flags = { carry: 1, input: 2 } as const;
const ends = {
  timedOut: 1,
  killed: 2,
  outOfMemory: 4,
  diskFull: 8,
  processesReset: 16,
  cwdLost: 32,
} as const;

export interface RunRequest {
  id: number;
  script: string;
  cwd: string;
  timeoutMs: number;
  keep: { head: number; tail: number } | 'all';
  carry: boolean;
  hasInput: boolean;
}

export type Frame =
  | { type: 'hello'; version: number }
  | { type: 'output'; bytes: Buffer }
  | { type: 'end'; id: number; result: Omit<CommandResult, 'head' | 'elidedBytes'> };

export function printRun(request: RunRequest): Buffer {
  const cwd = Buffer.from(request.cwd);
  const script = Buffer.from(request.script);
  const keep = request.keep === 'all' ? { head: keepAll, tail: 0 } : request.keep;
  const bits = (request.carry ? flags.carry : 0) | (request.hasInput ? flags.input : 0);
  const numbers = [request.id, request.timeoutMs, keep.head, keep.tail, bits, cwd.length];
  const header = Buffer.alloc(24);
  for (const [index, number] of numbers.entries()) header.writeUInt32LE(number, index * 4);
  return printFrame('R', Buffer.concat([header, cwd, script]));
}

export function printInput(bytes: Uint8Array): Buffer {
  return printFrame('I', bytes);
}

export function printKill(): Buffer {
  return printFrame('K', Buffer.alloc(0));
}

function printFrame(type: string, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeUInt32LE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

/** Turns a byte stream, cut anywhere, into frames. Throws on a stream that is not the runner's. */
export function createFrameParser(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let wanted = 5;
  return (chunk) => {
    chunks.push(chunk);
    buffered += chunk.length;
    if (buffered < wanted) return;
    let rest = Buffer.concat(chunks);
    for (;;) {
      wanted = rest.length < 5 ? 5 : 5 + rest.readUInt32LE(1);
      if (rest.length < wanted) break;
      onFrame(parseFrame(rest.toString('latin1', 0, 1), rest.subarray(5, wanted)));
      rest = rest.subarray(wanted);
    }
    chunks = [rest];
    buffered = rest.length;
  };
}

function parseFrame(type: string, payload: Buffer): Frame {
  if (type === 'H') return parseHello(payload);
  if (type === 'O') return { type: 'output', bytes: payload };
  if (type === 'E') return parseEnd(payload);
  throw new Error(
    `the sandbox's main process is not the ai-fix runner: unknown frame ${JSON.stringify(type)}`,
  );
}

function parseHello(payload: Buffer): Frame {
  const version = payload.readUInt32LE(0);
  if (version !== protocolVersion) {
    throw new Error(
      `the sandbox image has runner protocol ${version}, this ai-fix speaks ${protocolVersion}`,
    );
  }
  return { type: 'hello', version };
}

function parseEnd(payload: Buffer): Frame {
  const u32 = (index: number) => payload.readUInt32LE(index);
  const exitCode = payload.readInt32LE(4);
  const endedAs = u32(12);
  const tailLength = u32(32);
  const cwdLength = u32(36);
  const fileLength = u32(40);
  const tailAt = 44;
  const cwdAt = tailAt + tailLength;
  const fileAt = cwdAt + cwdLength;
  const has = (bit: number) => (endedAs & bit) !== 0;
  return {
    type: 'end',
    id: u32(0),
    result: {
      exitCode: exitCode < 0 ? null : exitCode,
      signal: u32(8) || null,
      totalBytes: Number(payload.readBigUInt64LE(16)),
      seconds: Number(payload.readBigUInt64LE(24)) / 1e6,
      tail: Buffer.from(payload.subarray(tailAt, cwdAt)),
      cwd: payload.toString('utf8', cwdAt, fileAt),
      file: fileLength === 0 ? null : payload.toString('utf8', fileAt, fileAt + fileLength),
      timedOut: has(ends.timedOut),
      killed: has(ends.killed),
      outOfMemory: has(ends.outOfMemory),
      diskFull: has(ends.diskFull),
      processesReset: has(ends.processesReset),
      cwdLost: has(ends.cwdLost),
    },
  };
}
