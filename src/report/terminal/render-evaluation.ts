import { oneLine } from '../../text/one-line.ts';
import { money, type ProgressState } from './progress-state.ts';
import { clip, style, time } from './terminal.ts';

export interface EvaluationState {
  total: number;
  done: number;
  good: number;
  /** Milliseconds, on the clock of `at`. */
  began: number;
  running: Map<string, { began: number; run: ProgressState; isScoring: boolean }>;
}

const stageWidth = 12;

/** What runs right now, a line each, and how far all of it is. */
export function renderEvaluation(state: EvaluationState, at: number, width: number): string {
  const names = [...state.running.keys()];
  const nameWidth = Math.max(0, ...names.map((name) => name.length));
  const rows = [...state.running].map(([name, { began, run, isScoring }]) => {
    const stage = run.stages.find(({ startedAt }) => startedAt !== null);
    const spent = run.steps === 0 ? '' : `step ${run.steps} · ${money(run.usd)} · `;
    const what = `${spent}${style('dim', oneLine(run.now === '' ? (stage?.detail ?? '') : run.now))}`;
    const where = (isScoring ? 'score' : (stage?.name ?? '')).padEnd(stageWidth);
    return `${style('cyan', '·')} ${name.padEnd(nameWidth)} ${time((at - began) / 1000)}  ${where}${what}`;
  });
  const { done, total, good } = state;
  const summary = style('bold', `${done} of ${total} done, ${good} resolved`);
  return [...rows, `${summary}${time((at - state.began) / 1000)}`]
    .map((line) => clip(line, width))
    .join('\n');
}
