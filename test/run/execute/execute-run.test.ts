import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../../src/core/errors.ts';
import type { RunEvent } from '../../../src/core/events.ts';
import type { RunEnd, RunRecord, StoredEvent } from '../../../src/core/run-record.ts';
import { executeRun } from '../../../src/run/execute/execute-run.ts';
import type { RunPorts, RunStore } from '../../../src/run/execute/run-ports.ts';
import { createSharedLock } from '../../../src/run/execute/shared-lock.ts';
import type { RepositoryWriter } from '../../../src/run/github-ports.ts';
import { eventsUpToProof, published, requestOf, stored } from '../../support/report.ts';

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
  posted: {},
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
  const writer = {
    comment: async (number: number, text: string) => said(number, text).then(() => 1),
    editComment: async (number: number, text: string) => said(number, text).then(() => true),
    react: async () => {},
    unreact: async () => {},
    removeLabel: async () => {},
    createCheck: async () => 1,
    updateCheck: async () => {},
  } as Partial<RepositoryWriter> as RepositoryWriter;
  const ports = {
    writer: async () => writer,
    onError: (error: unknown) => {
      throw error;
    },
    clock: () => Date.parse('2026-03-01T10:05:00Z'),
  } as Partial<RunPorts> as RunPorts;
  return { store, ports, ends, words, log };
}

const begun: RunEvent = { type: 'run_started', run: run.id, title: 't', base: 'b', model: 'm' };
const resumed: RunEvent = { type: 'run_resumed' };
const outcome: RunEvent = { type: 'outcome', outcome: 'no_change', why: 'the agent changed nothing' };
const never = new AbortController().signal;

describe('a run that was left', () => {
  it('after it had published is not done again', async () => {
    const { store, ports, ends, words } = leftWith([...eventsUpToProof(), { type: 'published', published }]);
    await executeRun(run, store, ports, never);
    expect(ends).toMatchObject([{ outcome: 'proven', published }]);
    expect(words.at(-1)).toContain('Done: pull request');
  });

  it('three times at one point is given up, and says so', async () => {
    const { store, ports, ends, words } = leftWith([begun, resumed, resumed]);
    await executeRun(run, store, ports, never);
    expect(ends).toMatchObject([{ outcome: 'failed', why: expect.stringContaining('3 times') }]);
    expect(words.at(-1)).toContain('### ❌ Failed: the server broke down each time it worked on this');
  });

  it('after its outcome is only told', async () => {
    const { store, ports, ends, log } = leftWith([outcome]);
    await executeRun(run, store, ports, never);
    expect(ends).toMatchObject([{ outcome: 'no_change', published: null }]);
    expect(log).toHaveLength(1);
  });

  it('with a log that cannot be read any more ends, and says so', async () => {
    const { store, ports, ends, words } = leftWith([]);
    const corrupt = new OperationalError('data_corrupt', 'Run 01test cannot go on: its event 3 is missing.');
    const damaged: RunStore = { ...store, read: () => Promise.reject(corrupt) };
    await executeRun(run, damaged, ports, never);
    expect(ends).toMatchObject([{ outcome: 'failed', why: corrupt.message }]);
    expect(words.at(-1)).toContain('What the server keeps of this run is damaged.');
    expect(words.at(-1)).toContain('its event 3 is missing');
  });

  it('with half a request ends, and says so where its status comment is', async () => {
    const { store, ports, ends, words } = leftWith([]);
    const corrupt = new OperationalError('data_corrupt', 'Run 01test cannot go on: its request is damaged.');
    const damaged: RunStore = { ...store, read: () => Promise.reject(corrupt) };
    const { comments: _, ...request } = run.request;
    const half = { ...run, request, posted: { statusComment: 1 } } as RunRecord;
    await executeRun(half, damaged, { ...ports, onError: () => {} }, never);
    expect(ends).toMatchObject([{ outcome: 'failed', why: corrupt.message }]);
    expect(words).toEqual([expect.stringContaining('its request is damaged')]);
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
    await expect(executeRun(run, late, quiet, never)).rejects.toThrow(lost);
    expect(words).toEqual([]);
  });
});

describe('a run of which its worker may have died', () => {
  /** A run that is at work until it is told to end. */
  function begin(id: string, events: readonly RunEvent[], lock: RunPorts['runLock'], atWork: string[]) {
    const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { store, ports } = leftWith(events);
    const github = { on: () => ({ permission: async () => 'write' }) };
    const working = {
      ...ports,
      ...{ runLock: lock, github, sandboxes: () => ({}), baselines: () => ({}), pauses: { again: () => 0 } },
      async mirror() {
        atWork.push(id);
        reached.resolve();
        await go.promise;
        throw new OperationalError('git_failed', 'The repository could not be fetched.');
      },
    } as unknown as RunPorts;
    const ended = executeRun({ ...run, id }, store, working, never);
    const end = () => {
      go.resolve();
      return ended;
    };
    return { reached: reached.promise, end };
  }

  it('is at work by itself, after those that were before it', async () => {
    const [lock, atWork] = [createSharedLock(), [] as string[]];
    const before = begin('before', [], lock, atWork);
    const beside = begin('beside', [begun], lock, atWork);
    await Promise.all([before.reached, beside.reached]);
    const suspect = begin('suspect', [begun, resumed], lock, atWork);
    const after = begin('after', [], lock, atWork);
    await Promise.all([before.end(), beside.end()]);
    await suspect.reached;
    expect(atWork).toEqual(['before', 'beside', 'suspect']);
    await suspect.end();
    await after.end();
    expect(atWork).toEqual(['before', 'beside', 'suspect', 'after']);
  });

  it('leaves without a trace when the worker stops while it waits', async () => {
    const lock = createSharedLock();
    using _other = await lock.acquire(false, never);
    const stopping = new AbortController();
    const { store, ports, log } = leftWith([begun, resumed]);
    const running = executeRun(run, store, { ...ports, runLock: lock }, stopping.signal);
    stopping.abort(new Error('the server stops'));
    await expect(running).rejects.toThrow('the server stops');
    expect(log).toHaveLength(2);
  });
});

describe('an end that cannot be told', () => {
  const unreachable = new OperationalError('github_unreachable', 'GitHub gave no usable answer.');
  const corrupt = new OperationalError('data_corrupt', 'Run 01test cannot go on.');
  const fail = () => Promise.reject(unreachable);
  const muchLater = Date.parse('2026-12-02T10:06:00Z');

  it.each<[string, Partial<RunStore>]>([
    ['of a run that is over', {}],
    ['of a run that is damaged', { read: () => Promise.reject(corrupt) }],
  ])('%s is tried again for a day, and then given up', async (_, change) => {
    const { store, ports, ends } = leftWith([outcome]);
    const errors: unknown[] = [];
    const mute: RunPorts = {
      ...ports,
      writer: async () =>
        ({ comment: fail, editComment: fail }) as Partial<RepositoryWriter> as RepositoryWriter,
      onError: (error) => errors.push(error),
    };
    const left = { ...store, ...change };
    await expect(executeRun(run, left, mute, never)).rejects.toBe(unreachable);
    expect(ends).toEqual([]);
    await executeRun(run, left, { ...mute, clock: () => muchLater }, never);
    expect(ends).toHaveLength(1);
    expect(errors.at(-1)).toBe(unreachable);
  });

  it('of a run that another worker has is left to that, however late', async () => {
    const { store, ports, ends } = leftWith([outcome]);
    const lost = new OperationalError('run_lost', "Run 01test is no longer this worker's.");
    const late = { ...ports, clock: () => muchLater, onError: () => {} };
    const left = { ...store, check: () => Promise.reject(lost) };
    await expect(executeRun(run, left, late, never)).rejects.toBe(lost);
    expect(ends).toEqual([]);
  });
});
