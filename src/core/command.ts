/** A command for the sandbox: a shell script, run in a fresh shell at the work tree's root unless told otherwise. */
export interface Command {
  script: string;
  cwd?: string;
  /** Bytes for standard input; without it the command reads nothing. */
  input?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Seconds until everything in the sandbox is killed. */
  timeoutSeconds: number;
  /** Bytes of output to keep from its head and its tail, or all of it. */
  keep?: { head: number; tail: number } | 'all';
  /** Starts where the last carrying command stopped: working directory and exported variables. */
  carry?: boolean;
  /** Called with output as it comes, up to the head that is kept. */
  onOutput?: (bytes: Uint8Array) => void;
}

/** What is known of a command that ended. A non-zero exit code is a result, not an error. */
export interface CommandResult {
  /** null when a signal ended it. */
  exitCode: number | null;
  signal: number | null;
  /** Standard output and error as one stream: head and tail, with `elidedBytes` left out between them. */
  head: Buffer;
  tail: Buffer;
  elidedBytes: number;
  totalBytes: number;
  /** Path in the sandbox of the whole output, when some was left out here. */
  file: string | null;
  cwd: string;
  seconds: number;
  timedOut: boolean;
  killed: boolean;
  /** The kernel killed a process for lack of memory. */
  outOfMemory: boolean;
  /** Stopped because the disk ran low or the sandbox's share was used up. */
  diskFull: boolean;
  /** The process limit was reached: everything left from before was killed so that this could start. */
  processesReset: boolean;
  /** The directory to start in was gone. */
  cwdLost: boolean;
}

/**
 * Runs commands in one sandbox, one at a time, in the order asked.
 * Rejects only when the sandbox itself is gone (`sandbox_died`) or the signal aborts.
 */
export interface Shell {
  run(command: Command, signal?: AbortSignal): Promise<CommandResult>;
}

/**
 * All output that was kept, as text; bytes that are not UTF-8 become replacement characters. Where some was left out,
 * a line says how much, with the hint, and no character is cut in two.
 */
export function outputText(
  { head, tail, elidedBytes }: Pick<CommandResult, 'head' | 'tail' | 'elidedBytes'>,
  hint = '',
): string {
  if (elidedBytes === 0) return Buffer.concat([head, tail]).toString();
  const start = new TextDecoder('utf-8', { ignoreBOM: true }).decode(head, { stream: true });
  const rest = tail.subarray(0, 3).findIndex((byte) => (byte & 0xc0) !== 0x80);
  const end = tail.subarray(rest < 0 ? 3 : rest); // what is left of a character that began before
  return `${start}\n[... ${elidedBytes} bytes left out${hint === '' ? '' : `; ${hint}`} ...]\n${end}`;
}

export function succeeded(result: CommandResult): boolean {
  return result.exitCode === 0 && !result.timedOut && !result.killed && !result.diskFull;
}
