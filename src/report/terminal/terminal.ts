import { styleText } from 'node:util';

export const timeWidth = 8;

/** In colour whatever standard output is: the picture is drawn on another stream, whose owner asked for colour. */
export function style(format: 'bold' | 'cyan' | 'green' | 'dim', text: string): string {
  return styleText(format, text, { validateStream: false });
}

/** A duration, as wide as every other. */
export function time(seconds: number): string {
  const text =
    seconds < 100
      ? `${seconds.toFixed(1)} s`
      : `${Math.floor(seconds / 60)} m ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return text.padStart(timeWidth);
}

/** Cuts a line to the terminal's width; escape sequences take no room. */
export function clip(line: string, width: number): string {
  let room = width - 1;
  let out = '';
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) {
      out += part;
      continue;
    }
    for (const character of part) {
      room -= columnsOf(character);
      if (room < 0) break;
      out += character;
    }
  }
  return out;
}

/** The most that a terminal takes for a character: nothing for an accent, two columns for wide letters and emoji. */
function columnsOf(character: string): number {
  if (/\p{Mn}|\p{Me}/u.test(character)) return 0;
  return wide.test(character) || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
}

/** Unicode's East Asian Width, by blocks. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
