const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** What one sandbox may use; all of it is enforced together. Sizes in bytes. */
export interface SandboxLimits {
  memory: number;
  cpus: number;
  processes: number;
  /** Size of /tmp, which lives in memory and counts as such. */
  tmp: number;
  sharedMemory: number;
  /** What the sandbox may write over its image. */
  disk: number;
  /** The largest single file. */
  file: number;
  /** The host keeps at least this much: below it, what runs in the sandbox is killed. */
  freeBytes: number;
  freeInodes: number;
}

export const defaultLimits: SandboxLimits = {
  memory: 4 * gibibyte,
  cpus: 2,
  processes: 1024,
  tmp: gibibyte,
  sharedMemory: 256 * mebibyte,
  disk: 8 * gibibyte,
  file: 2 * gibibyte,
  freeBytes: 2 * gibibyte,
  freeInodes: 50_000,
};
