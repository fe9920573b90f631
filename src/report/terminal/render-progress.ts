import { oneLine } from '../../text/one-line.ts';
import { money, type ProgressState } from './progress-state.ts';
import { clip, style, time, timeWidth } from './terminal.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const nameWidth = 12;

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
