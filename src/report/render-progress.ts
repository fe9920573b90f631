import { styleText } from 'node:util';
import { money, type ProgressState } from './progress-state.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const nameWidth = 12;
const timeWidth = 8;

/** The state as lines for a terminal of that width. `at` is on the clock of the state's times. */
export function renderProgress(state: ProgressState, say: string, at: number, width: number): string {
  const lines = [styleText('bold', state.title)];
  for (const stage of state.stages) {
    const running = stage.startedAt !== null;
    const seconds = stage.seconds + (running ? (at - (stage.startedAt ?? at)) / 1000 : 0);
    const mark = running
      ? styleText('cyan', spinner[Math.floor(at / 100) % spinner.length] as string)
      : styleText('green', '✔');
    const work = running ? liveDetail(stage.name, state, say) : stage.detail;
    lines.push(`${mark} ${stage.name.padEnd(nameWidth)}${time(seconds)}  ${work}`);
  }
  if (state.baseline !== '')
    lines.push(`  ${'baseline'.padEnd(nameWidth)}${' '.repeat(timeWidth)}  ${state.baseline}`);
  return lines.map((line) => clip(line, width)).join('\n');
}

function liveDetail(stage: string, state: ProgressState, say: string): string {
  const spent = stage === 'agent' && state.steps > 0 ? `step ${state.steps} · ${money(state.usd)} · ` : '';
  return `${spent}${styleText('dim', say === '' ? state.now : say)}`;
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
  let room = Math.max(20, width) - 1;
  let out = '';
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b')) {
      out += part;
      continue;
    }
    const kept = [...part].slice(0, room);
    room -= kept.length;
    out += kept.join('');
  }
  return out;
}
