import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import type { RunEvent } from '../../core/events.ts';
import { oneLine } from '../../text/one-line.ts';
import { advanceProgress, initialProgress, type ProgressState, summaryOf } from './progress-state.ts';
import { type EvaluationState, renderEvaluation } from './render-evaluation.ts';

/** Shows many runs at once. */
export interface EvaluationProgress {
  started(id: string): void;
  event(id: string, event: RunEvent): void;
  say(id: string, line: string): void;
  scoring(id: string): void;
  /** `line` says what became of it. */
  ended(id: string, isGood: boolean, line: string): void;
  /** Something that is not about one of them. */
  note(line: string): void;
  stop(): void;
}

const frameMs = 200;

/** A table that is redrawn on a terminal, elsewhere a line for what is worth one. `total` counts those of before as well. */
export function createEvaluationProgress(
  stream: WriteStream,
  options: { colour: boolean; total: number; done: number; good: number },
): EvaluationProgress {
  const canDraw = stream.isTTY && stream.columns > 0 && options.colour;
  return canDraw ? createTable(stream, options) : createLines(stream, options);
}

function createTable(
  stream: WriteStream,
  counts: { total: number; done: number; good: number },
): EvaluationProgress {
  const update = createLogUpdate(stream);
  const state: EvaluationState = { ...counts, began: performance.now(), running: new Map() };
  const draw = () => update(renderEvaluation(state, performance.now(), stream.columns));
  const timer = setInterval(draw, frameMs);
  timer.unref();
  const change = (id: string, next: (run: ProgressState) => ProgressState, isScoring = false) => {
    const row = state.running.get(id);
    if (row !== undefined) state.running.set(id, { ...row, run: next(row.run), isScoring });
  };
  return {
    started: (id) =>
      void state.running.set(id, { began: performance.now(), run: initialProgress, isScoring: false }),
    event: (id, event) => change(id, (run) => advanceProgress(run, event, performance.now())),
    say: (id, line) => change(id, (run) => ({ ...run, now: oneLine(line) })),
    scoring: (id) => change(id, (run) => ({ ...run, now: 'running the hidden tests' }), true),
    ended(id, isGood, line) {
      state.running.delete(id);
      state.done++;
      if (isGood) state.good++;
      update.persist(`${isGood ? '✔' : '✖'} ${id}  ${oneLine(line)}`);
    },
    note: (line) => update.persist(oneLine(line)),
    stop() {
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}

function createLines(
  stream: NodeJS.WritableStream,
  { total, done }: { total: number; done: number },
): EvaluationProgress {
  const began = performance.now();
  const write = (line: string) =>
    stream.write(`[${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s] ${oneLine(line)}\n`);
  let ended = done;
  return {
    started: (id) => write(`${id}: started`),
    event(id, event) {
      const isWorthIt = /^(environment_ready|baseline_ready|agent_ended|verified)$/.test(event.type);
      if (isWorthIt) write(`${id}: ${summaryOf(event)}`);
    },
    say() {},
    scoring: (id) => write(`${id}: running the hidden tests`),
    ended: (id, isGood, line) => write(`${++ended}/${total} ${isGood ? '✔' : '✖'} ${id}: ${line}`),
    note: write,
    stop() {},
  };
}
