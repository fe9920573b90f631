import { statfs } from 'node:fs/promises';
import type { Check } from './health.ts';

/** Below this no sandbox goes on. */
interface Floor {
  freeBytes: number;
  freeInodes: number;
}

/** Whether the disk of a directory has the room that sandboxes leave. */
export function checkDisk(directory: string, { freeBytes, freeInodes }: Floor): Check {
  return {
    late: `The disk of ${directory} does not answer: look at it, and whether a network mount is gone.`,
    async look() {
      const found = await statfs(directory).catch(unlessMissing);
      if (found === null) return null;
      const { bavail, bsize, ffree, files } = found;
      if (bavail * bsize < freeBytes)
        return `The disk of ${directory} has ${inGigabytes(bavail * bsize)} left, and ${inGigabytes(freeBytes)} are needed: remove files, or give it more room. \`docker system df\` tells what images take.`;
      // some file systems have no fixed number of files, and say 0
      if (files > 0 && ffree < freeInodes)
        return `The disk of ${directory} has room for ${ffree} more files, and ${freeInodes} are needed: remove files, or give it more room.`;
      return null;
    },
  };
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The directory is made when something is to be kept in it. */
function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
