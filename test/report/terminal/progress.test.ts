import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/core/events.ts';
import { createProgress } from '../../../src/report/terminal/progress.ts';
import { recordedRun } from '../../support/recorded-run.ts';

/** A stream that keeps what is written to it, as a terminal or not. */
function recording(isTTY: boolean) {
  const stream = new PassThrough({ encoding: 'utf8' });
  const written: string[] = [];
  stream.on('data', (text: string) => written.push(text));
  return {
    stream: Object.assign(stream, { isTTY, columns: 100, rows: 40 }) as unknown as WriteStream,
    text: () => written.join(''),
  };
}

async function play(isTTY: boolean, events: readonly RunEvent[], colour = true): Promise<string> {
  const { stream, text } = recording(isTTY);
  const progress = createProgress(stream, { colour });
  for (const event of events) await progress.show(event);
  progress.stop();
  return text();
}

const evil = 'a\u001b]0;title\u0007\u001b[2J\r\n::error::b\u009b31m\u202e';
const evilRun: RunEvent[] = [
  { type: 'run_started', run: 'r', title: evil, base: 'b', model: 'm' },
  { type: 'stage_started', stage: 'agent' },
  { type: 'note', text: evil },
  { type: 'tool_ended', name: 'bash', summary: evil, seconds: 1 },
  { type: 'outcome', outcome: 'failed', why: evil },
];

describe('progress where there is no terminal', () => {
  it.each([
    ['no terminal', false, true],
    ['a terminal without colours', true, false],
  ])('is a line per event that says something, with the time: %s', async (_, isTTY, colour) => {
    const lines = (await play(isTTY, recordedRun, colour)).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^\[ +\d+\.\d s\] \S/);
    expect(lines.map((line) => line.replace(/^\[.*?\] /, ''))).toEqual([
      'nothing runs yet',
      'It fails on empty lists (base 0123456789, deepseek-v4-pro)',
      'workspace ...',
      '1 uncommitted change is not seen',
      'environment ...',
      'Node 24, npm, vitest, as before; left out fsevents',
      'check ...',
      'agent ...',
      'asking the model again in 0.5 s: the stream ended before its end mark',
      'step 1: 345 tokens, $0.0200',
      'an answer of the model was dropped: it held a tool call as text',
      'baseline: 10 passed, 1 failed, 2 skipped, as before',
      'step 2: 345 tokens, $0.0300',
      'bash: npm test',
      'the agent says it is done',
      'verify ...',
      'proven: 1 test fails without the change and passes with it',
      'proven: 1 test fails without the change and passes with it',
    ]);
  });

  it('lets no text steer what reads it, or start a line', async () => {
    const text = await play(false, evilRun);
    expect(text).not.toMatch(/[\u001b\u0007\r\u009b\u202e]/);
    expect(text.trimEnd().split('\n')).toHaveLength(5);
    expect(text).toContain('bash: a ::error::b');
  });

  it('tells of the many lines of an installation only some, without their colours', () => {
    const { stream, text } = recording(false);
    const progress = createProgress(stream, { colour: true });
    for (let line = 0; line < 1000; line++) progress.say(`\u001b[32madded\u001b[39m\tpackage ${line}\r\n`);
    progress.say('   ');
    expect(text()).toMatch(/^\[.*\] {3}added package 0\n$/);
  });
});

describe('progress on a terminal', () => {
  it('leaves the last picture, and says how the run ended', async () => {
    const text = stripVTControlCharacters(await play(true, recordedRun));
    expect(text).toContain('It fails on empty lists\n');
    expect(text).toMatch(/✔ environment +12\.0 s {2}Node 24, npm, vitest, as before; left out fsevents\n/);
    expect(text).toMatch(/✔ verify +9\.0 s/);
    expect(text).toMatch(/baseline +10 passed, 1 failed, 2 skipped, as before\n/);
    expect(text.trimEnd()).toMatch(/\nproven: 1 test fails without the change and passes with it$/);
  });

  it('keeps notes above the picture', async () => {
    const text = stripVTControlCharacters(await play(true, recordedRun));
    expect(text.indexOf('1 uncommitted change is not seen\n')).toBeGreaterThan(-1);
    expect(text.indexOf('1 uncommitted change is not seen\n')).toBeLessThan(text.indexOf('✔ verify'));
  });

  it('draws nothing and says nothing for a run that never began', async () => {
    expect(stripVTControlCharacters(await play(true, [])).trim()).toBe('');
  });

  it('can be stopped twice, and says how it ended only once', async () => {
    const { stream, text } = recording(true);
    const progress = createProgress(stream, { colour: true });
    for (const event of recordedRun) await progress.show(event);
    progress.stop();
    progress.stop();
    expect(stripVTControlCharacters(text()).match(/^proven: /gm)).toHaveLength(1);
  });

  it('lets no text steer the terminal', async () => {
    const text = await play(true, evilRun);
    expect(text).not.toMatch(/\u0007|\u001b\]|\u001b\[2J|\u009b|\u202e/);
  });

  it('keeps the lines of an end that tells several things', async () => {
    const text = await play(true, [
      { type: 'run_started', run: 'r', title: 'T', base: 'b', model: 'm' },
      { type: 'outcome', outcome: 'refused', why: 'the change cannot be published:\n- a: b\n- c: d' },
    ]);
    expect(stripVTControlCharacters(text)).toContain(
      'refused: the change cannot be published:\n- a: b\n- c: d\n',
    );
  });

  it('is lines where the terminal does not tell its width', async () => {
    const { stream, text } = recording(true);
    Object.assign(stream, { columns: 0 });
    const progress = createProgress(stream, { colour: true });
    for (const event of recordedRun) await progress.show(event);
    progress.stop();
    expect(text()).toMatch(/^\[ +\d+\.\d s\] It fails on empty lists /m);
  });
});
