import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { createLogUpdate } from 'log-update';
import type { RunEvent, Say } from '../../core/events.ts';
import { oneLine } from '../../text/one-line.ts';
import { visibleText } from '../../text/visible.ts';
import { advanceProgress, initialProgress, summaryOf } from './progress-state.ts';
import { renderProgress } from './render-progress.ts';

export interface Progress {
  show(event: RunEvent): Promise<void>;
  say: Say;
  /** Leaves the last picture on the screen. */
  stop(): void;
}

const frameMs = 100;

/** What is still to be read when the picture has moved on. */
const lasting = new Set<RunEvent['type']>(['note', 'attempt_ended', 'attempt_chosen']);

/** Shows a run on a terminal as a picture that is redrawn, elsewhere as a line per event. */
export function createProgress(stream: WriteStream, options: { colour: boolean }): Progress {
  const canDraw = stream.isTTY && stream.columns > 0; // some terminals do not know their width
  return canDraw && options.colour ? createLivePicture(stream) : createLines(stream);
}

function createLivePicture(stream: WriteStream): Progress {
  const update = createLogUpdate(stream);
  let state = initialProgress;
  let said = '';
  const draw = () => update(renderProgress(state, said, performance.now(), stream.columns));
  const timer = setInterval(draw, frameMs);
  timer.unref();
  return {
    async show(event) {
      state = advanceProgress(state, event, performance.now());
      said = '';
      if (lasting.has(event.type)) update.persist(oneLine(summaryOf(event) ?? ''));
    },
    say(line) {
      said = line;
    },
    stop() {
      clearInterval(timer);
      said = '';
      if (state.title !== '') draw();
      update.done();
      if (state.ended !== null) stream.write(`${visibleText(stripVTControlCharacters(state.ended))}\n`);
      state = { ...initialProgress };
    },
  };
}

function createLines(stream: NodeJS.WritableStream): Progress {
  const started = performance.now();
  const write = (line: string) =>
    stream.write(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
  let lastSaid = Number.NEGATIVE_INFINITY;
  return {
    async show(event) {
      const summary = summaryOf(event);
      const of = event.type === 'baseline_ready' ? 'baseline: ' : '';
      if (summary !== null) write(of + oneLine(summary));
      else if (event.type === 'stage_started') write(`${event.stage} ...`);
    },
    say(line) {
      const text = oneLine(line);
      const now = performance.now();
      if (text === '' || now - lastSaid < 1000) return; // an installation prints thousands of lines
      lastSaid = now;
      write(`  ${text}`);
    },
    stop() {},
  };
}
