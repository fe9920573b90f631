import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { createLogUpdate } from 'log-update';
import type { RunEvent, Say } from '../core/events.ts';
import { advanceProgress, initialProgress, summaryOf } from './progress-state.ts';
import { renderProgress } from './render-progress.ts';

export interface Progress {
  show(event: RunEvent): Promise<void>;
  say: Say;
  /** Leaves the last picture on the screen. */
  stop(): void;
}

const frameMs = 100;

/** Shows a run on a terminal as a picture that is redrawn, elsewhere as a line per event. */
export function createProgress(stream: WriteStream, options: { colour: boolean }): Progress {
  return stream.isTTY && options.colour ? createLivePicture(stream) : createLines(stream);
}

function createLivePicture(stream: WriteStream): Progress {
  const update = createLogUpdate(stream);
  let state = initialProgress;
  let said = '';
  const draw = () => update(renderProgress(state, said, performance.now(), stream.columns ?? 80));
  const timer = setInterval(draw, frameMs);
  timer.unref();
  return {
    async show(event) {
      state = advanceProgress(state, event, performance.now());
      said = '';
      if (event.type === 'note') update.persist(event.text);
    },
    say(line) {
      said = plain(line);
    },
    stop() {
      clearInterval(timer);
      said = '';
      if (state.title !== '') draw();
      update.done();
      if (state.ended !== null) stream.write(`${state.ended}\n`);
      state = { ...initialProgress };
    },
  };
}

function createLines(stream: NodeJS.WritableStream): Progress {
  const started = performance.now();
  const write = (line: string) =>
    stream.write(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${line}\n`);
  let lastSaid = 0;
  return {
    async show(event) {
      const summary = summaryOf(event);
      if (summary !== null) write(event.type === 'baseline_ready' ? `baseline: ${summary}` : summary);
      else if (event.type === 'stage_started') write(`${event.stage} ...`);
    },
    say(line) {
      const text = plain(line);
      const now = performance.now();
      if (text === '' || now - lastSaid < 1000) return; // an installation prints thousands of lines
      lastSaid = now;
      write(`  ${text}`);
    },
    stop() {},
  };
}

function plain(line: string): string {
  return stripVTControlCharacters(line)
    .replace(/[\r\n\t]+/g, ' ')
    .trim();
}
