import { stripVTControlCharacters } from 'node:util';
import { visibleText } from './visible.ts';

/** A text as one line for a terminal or a log: nothing in it steers a terminal, hides, or begins another line. */
export function oneLine(text: string): string {
  return visibleText(stripVTControlCharacters(text))
    .replace(/[\n\t]+/g, ' ')
    .trim();
}
