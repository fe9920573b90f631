import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../src/core/errors.ts';
import type { RunEvent } from '../../src/core/events.ts';
import type { RunEnd, RunRecord, StoredEvent } from '../../src/core/run-record.ts';
import { executeRun } from '../../src/run/execute-run.ts';
import type { Desk } from '../../src/run/hub.ts';
import type { RunPorts, RunStore } from '../../src/run/run-ports.ts';
import { eventsUpToProof, published, requestOf, stored } from '../support/report.ts';

const run: RunRecord = {
  id: '01test',
  state: 'running',
  request: requestOf(),
  createdAt: '2026-03-01T10:00:00Z',
  startedAt: '2026-03-01T10:00:00Z',
  endedAt: null,
  cancelReason: null,
  end: null,
  usd: 0,
  facts: {},
};

/** A log that was left as it is, and ports at which nothing but words may be had. */
function leftWith(events: readonly RunEvent[]) {
  const log: StoredEvent[] = stored(events);
  const ends: RunEnd[] = [];
  const store: RunStore = {
    async append(given) {
      const numbered = stored(given).map((one, index) => ({ ...one, number: log.length + 1 + index }));
      log.push(...numbered);
      return numbered;
    },
    read: async () => [...log],
    workTree: async () => null,
    keep: async () => {},
    check: async () => {},
    park: async () => {},
    end: async (end) => void ends.push(end),
    watchCancel: () => ({ [Symbol.dispose]() {} }),
  };
  const words: string[] = [];
  const said = async (_: number, text: string) => void words.push(text);
  const desk = {
    comment: async (number: number, text: string) => said(number, text).then(() => 1),
    editComment: async (number: number, text: string) => said(number, text).then(() => true),
    react: async () => {},
    unreact: async () => {},
    removeLabel: async () => {},
    createCheck: async () => 1,
    updateCheck: async () => {},
  } as Partial<Desk> as Desk;
  const ports = {
    desk: async () => desk,
    onError: (error: unknown) => {
      throw error;
    },
    clock: () => Date.parse('2026-03-01T10:05:00Z'),
  } as Partial<RunPorts> as RunPorts;
  return { store, ports, ends, words, log };
}

describe('a run that was left', () => {
  it('after it had published is not done again', async () => {
    const { store, ports, ends, words } = leftWith([...eventsUpToProof(), { type: 'published', published }]);
    await executeRun(run, store, ports, new AbortController().signal);
    expect(ends).toMatchObject([{ outcome: 'proven', published }]);
    expect(words.at(-1)).toContain('Done: pull request');
  });

  it('three times at one point is given up, and says so', async () => {
    const begun: RunEvent = { type: 'run_started', run: run.id, title: 't', base: 'b', model: 'm' };
    const resumed: RunEvent = { type: 'run_resumed' };
    const { store, ports, ends, words } = leftWith([begun, resumed, resumed]);
    await executeRun(run, store, ports, new AbortController().signal);
    expect(ends).toMatchObject([{ outcome: 'failed', why: expect.stringContaining('3 times') }]);
    expect(words.at(-1)).toContain('### ');
  });

  it('after its outcome is only told', async () => {
    const outcome: RunEvent = { type: 'outcome', outcome: 'no_change', why: 'the agent changed nothing' };
    const { store, ports, ends, log } = leftWith([outcome]);
    await executeRun(run, store, ports, new AbortController().signal);
    expect(ends).toMatchObject([{ outcome: 'no_change', published: null }]);
    expect(log).toHaveLength(1);
  });

  it('with a log that cannot be read any more ends, and says so', async () => {
    const { store, ports, ends, words } = leftWith([]);
    const corrupt = new OperationalError('data_corrupt', 'Run 01test cannot go on: its event 3 is missing.');
    const damaged: RunStore = { ...store, read: () => Promise.reject(corrupt) };
    await executeRun(run, damaged, ports, new AbortController().signal);
    expect(ends).toMatchObject([{ outcome: 'failed', why: corrupt.message }]);
    expect(words.at(-1)).toContain('its event 3 is missing');
  });

  it('and taken over by another worker is not spoken of any more', async () => {
    const { store, ports, words } = leftWith([...eventsUpToProof(), { type: 'published', published }]);
    const lost = new OperationalError('run_lost', "Run 01test is no longer this worker's.");
    const late: RunStore = {
      ...store,
      check: () => Promise.reject(lost),
      append: () => Promise.reject(lost),
    };
    const quiet = { ...ports, onError: () => {} };
    await expect(executeRun(run, late, quiet, new AbortController().signal)).rejects.toThrow(lost);
    expect(words).toEqual([]);
  });
});
