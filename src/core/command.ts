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

/** All output that was kept, as text; bytes that are not UTF-8 become replacement characters. */
export function outputText(result: Pick<CommandResult, 'head' | 'tail' | 'elidedBytes'>): string {
  if (result.elidedBytes === 0) return Buffer.concat([result.head, result.tail]).toString();
  return `${result.head}\n[... ${result.elidedBytes} bytes left out ...]\n${result.tail}`;
}

export function succeeded(result: CommandResult): boolean {
  return result.exitCode === 0 && !result.timedOut && !result.killed && !result.diskFull;
}
