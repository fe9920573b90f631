import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  createEvaluationProgress,
  type EvaluationProgress,
} from '../../../src/report/terminal/evaluation-progress.ts';
import { recordedRun } from '../../support/recorded-run.ts';

function show(isTTY: boolean, play: (progress: EvaluationProgress) => void): string {
  const stream = new PassThrough({ encoding: 'utf8' });
  const written: string[] = [];
  stream.on('data', (text: string) => written.push(text));
  const terminal = Object.assign(stream, { isTTY, columns: 100, rows: 40 }) as unknown as WriteStream;
  const progress = createEvaluationProgress(terminal, { colour: true, total: 5, done: 1, good: 1 });
  play(progress);
  progress.stop();
  return written.join('');
}

function playTwo(progress: EvaluationProgress): void {
  progress.note('1 of 5 are finished already');
  progress.started('first');
  for (const event of recordedRun) progress.event('first', event);
  progress.scoring('first');
  progress.ended('first', true, 'resolved, proven');
  progress.started('second');
  progress.ended('second', false, 'unresolved at check\u001b]0;title\u0007, refused');
}

describe('the progress of an evaluation', () => {
  it('is a line for what is worth one where there is no terminal', () => {
    const lines = show(false, playTwo).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^\[ +\d+\.\d s\] /, ''))).toEqual([
      '1 of 5 are finished already',
      'first: started',
      'first: Node 24, npm, vitest, as before; left out fsevents',
      'first: 10 passed, 1 failed, 2 skipped, as before',
      'first: the agent says it is done',
      'first: proven: 1 test fails without the change and passes with it',
      'first: running the hidden tests',
      '2/5 ✔ first: resolved, proven',
      'second: started',
      '3/5 ✖ second: unresolved at check, refused',
    ]);
  });

  it('is a table on a terminal, with what ended above it', () => {
    const text = stripVTControlCharacters(show(true, playTwo));
    expect(text).toContain('✔ first  resolved, proven\n');
    expect(text).toContain('✖ second  unresolved at check, refused\n');
    expect(text.trimEnd()).toMatch(/\n3 of 5 done, 2 resolved +\d+\.\d s$/);
  });

  it('lets no text steer the terminal', () => {
    expect(show(true, playTwo)).not.toMatch(/\u0007|\u001b\]/);
  });
});
