import { posix } from 'node:path';
import { quoteWord } from '../text/quote-word.ts';

/** Joins parts of a path to the name that a directory has here: relative to the root, which is ''. */
export function joinDirectory(...parts: readonly string[]): string {
  return posix.join(...parts).replace(/^\.\/?$|(?<=.)\/$/, '');
}

/** The directory that holds a file. */
export function directoryOf(path: string): string {
  return joinDirectory(posix.dirname(path));
}

/** Whether a path lies in a directory. */
export function isBelow(directory: string, path: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}

/** A command that does what another does, in a directory. */
export function inDirectory(directory: string, command: string): string {
  return directory === '' ? command : `cd ${quoteWord(directory)} && ${command}`;
}
