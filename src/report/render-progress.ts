import { styleText } from 'node:util';
import { oneLine } from '../text/one-line.ts';
import { money, type ProgressState } from './progress-state.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const nameWidth = 12;
const timeWidth = 8;

/**
 * The state as lines for a terminal of that width. `at` is on the clock of the state's times. Titles, commands and
 * what they print come from others: each is shown as one plain line.
 */
export function renderProgress(state: ProgressState, say: string, at: number, width: number): string {
  const lines = [style('bold', oneLine(state.title))];
  for (const stage of state.stages) {
    const running = stage.startedAt !== null;
    const seconds = stage.seconds + (running ? (at - (stage.startedAt ?? at)) / 1000 : 0);
    const mark = running
      ? style('cyan', spinner[Math.floor(at / 100) % spinner.length] as string)
      : style('green', '✔');
    const work = running ? liveDetail(stage.name, state, say) : oneLine(stage.detail);
    lines.push(`${mark} ${stage.name.padEnd(nameWidth)}${time(seconds)}  ${work}`);
  }
  if (state.baseline !== '')
    lines.push(`  ${'baseline'.padEnd(nameWidth)}${' '.repeat(timeWidth)}  ${oneLine(state.baseline)}`);
  return lines.map((line) => clip(line, width)).join('\n');
}

function liveDetail(stage: string, state: ProgressState, say: string): string {
  const spent = stage === 'agent' && state.steps > 0 ? `step ${state.steps} · ${money(state.usd)} · ` : '';
  return `${spent}${style('dim', oneLine(say === '' ? state.now : say))}`;
}

/** In colour whatever standard output is: the picture is drawn on another stream, whose owner asked for colour. */
function style(format: 'bold' | 'cyan' | 'green' | 'dim', text: string): string {
  return styleText(format, text, { validateStream: false });
}

function time(seconds: number): string {
  const text =
    seconds < 100
      ? `${seconds.toFixed(1)} s`
      : `${Math.floor(seconds / 60)} m ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
  return text.padStart(timeWidth);
}

/** Cuts a line to the terminal's width; escape sequences take no room. */
function clip(line: string, width: number): string {
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
