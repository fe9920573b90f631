import { stripVTControlCharacters } from 'node:util';
import { type CommandResult, outputText } from '../../core/command.ts';

/** Whether a command was ended from outside, so that what it reported is only a part. */
export function isCutShort({ timedOut, diskFull, outOfMemory, exitCode }: CommandResult): boolean {
  return timedOut || diskFull || outOfMemory || exitCode === null;
}

/** How a command ended, to follow its name. */
export function describeEnd(result: CommandResult): string {
  if (result.timedOut) return `was stopped after ${Math.round(result.seconds)} s`;
  if (result.diskFull) return 'was stopped because the disk is full';
  if (result.outOfMemory) return 'ran out of memory';
  if (result.exitCode === null)
    return `was ended by signal ${result.signal} from within: a test may have killed its own process group`;
  return `ended with exit code ${result.exitCode}`;
}

/** What a command printed, without colours. */
export function plainOutput(result: CommandResult): string {
  return stripVTControlCharacters(outputText(result)).trim();
}
