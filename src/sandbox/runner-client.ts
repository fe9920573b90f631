import type { Duplex } from 'node:stream';
import type { Command, CommandResult } from '../core/command.ts';
import { messageOf, OperationalError } from '../core/errors.ts';
import { createFrameParser, type Frame, printInput, printKill, printRun } from './runner-protocol.ts';

const defaultKeep = { head: 64 * 1024, tail: 64 * 1024 };
const inputChunk = 64 * 1024;

/** Seconds beyond a command's own limit after which a silent runner counts as dead. */
const graceSeconds = 15;

interface Pending {
  id: number;
  head: Buffer[];
  onOutput: ((bytes: Uint8Array) => void) | undefined;
  resolve(result: CommandResult): void;
  reject(error: unknown): void;
}

/** Speaks with the runner over one channel: one command at a time, answers in order. */
export class RunnerClient {
  readonly #channel: Duplex;
  readonly #onDead: () => Promise<string>;
  #pending: Pending | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #dead: OperationalError | null = null;
  readonly #hello = Promise.withResolvers<void>();

  /** `onDead` says why the sandbox is gone, for the error that every caller then gets. */
  constructor(channel: Duplex, output: Duplex, onDead: () => Promise<string>) {
    this.#channel = channel;
    this.#onDead = onDead;
    this.#hello.promise.catch(() => {});
    const parse = createFrameParser((frame) => this.#take(frame));
    output.on('data', (chunk: Buffer) => {
      try {
        parse(chunk);
      } catch (error) {
        void this.#die(messageOf(error));
      }
    });
    for (const event of ['end', 'close', 'error']) channel.on(event, () => void this.#die());
  }

  /** Resolves when the runner has said hello. */
  ready(): Promise<void> {
    return this.#hello.promise;
  }

  run(command: Command, signal?: AbortSignal): Promise<CommandResult> {
    const turn = this.#queue.then(() => this.#run(command, signal));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Kills everything in the sandbox but the runner, the command under way included. */
  killEverything(): void {
    if (this.#dead === null) this.#channel.write(printKill());
  }

  async #run(command: Command, signal?: AbortSignal): Promise<CommandResult> {
    signal?.throwIfAborted();
    if (this.#dead !== null) throw this.#dead;
    if (command.script.includes('\0')) throw new TypeError('a command cannot hold a NUL byte');
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
    this.#pending = { id, head: [], onOutput: command.onOutput, resolve, reject };
    const abort = () => this.killEverything();
    signal?.addEventListener('abort', abort, { once: true });
    const silence = setTimeout(
      () => void this.#die('it did not answer'),
      (command.timeoutSeconds + graceSeconds) * 1000,
    );
    try {
      this.#channel.write(
        printRun({
          id,
          script: command.script,
          cwd: command.cwd ?? '',
          timeoutMs: Math.ceil(command.timeoutSeconds * 1000),
          keep: command.keep ?? defaultKeep,
          carry: command.carry ?? false,
          hasInput: command.input !== undefined,
        }),
      );
      if (command.input !== undefined) await this.#sendInput(command.input, promise);
      const result = await promise;
      signal?.throwIfAborted();
      return result;
    } finally {
      clearTimeout(silence);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Feeds the command until its input ends or the command does. */
  async #sendInput(input: Uint8Array | AsyncIterable<Uint8Array>, ended: Promise<unknown>): Promise<void> {
    let over = false;
    const stop = ended
      .catch(() => {})
      .then(() => {
        over = true;
      });
    for await (const bytes of input instanceof Uint8Array ? [input] : input) {
      for (let at = 0; at < bytes.length && !over; at += inputChunk) {
        const room = this.#channel.write(printInput(bytes.subarray(at, at + inputChunk)));
        if (!room) await Promise.race([new Promise((resolve) => this.#channel.once('drain', resolve)), stop]);
      }
      if (over) return;
    }
    this.#channel.write(printInput(new Uint8Array()));
  }

  #take(frame: Frame): void {
    if (frame.type === 'hello') {
      this.#hello.resolve();
      return;
    }
    const pending = this.#pending;
    if (pending === null) return;
    if (frame.type === 'output') {
      pending.head.push(Buffer.from(frame.bytes));
      pending.onOutput?.(frame.bytes);
      return;
    }
    if (frame.id !== pending.id) throw new Error(`answer to command ${frame.id}, expected ${pending.id}`);
    this.#pending = null;
    const head = Buffer.concat(pending.head);
    const elidedBytes = frame.result.totalBytes - head.length - frame.result.tail.length;
    pending.resolve({ ...frame.result, head, elidedBytes });
  }

  async #die(why?: string): Promise<void> {
    if (this.#dead !== null) return;
    this.#dead = new OperationalError('sandbox_died', 'The sandbox ended before its command did.');
    const reason = why ?? (await this.#onDead());
    this.#dead = new OperationalError('sandbox_died', `The sandbox ended before its command did: ${reason}.`);
    this.#hello.reject(this.#dead);
    this.#pending?.reject(this.#dead);
    this.#pending = null;
  }
}
