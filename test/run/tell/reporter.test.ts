import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReporter } from '../../../src/run/tell/reporter.ts';

function reporting(send: (text: string) => Promise<void> = async () => {}) {
  const sent: string[] = [];
  const errors: unknown[] = [];
  let events = 0;
  const reporter = createReporter({
    async send(text) {
      sent.push(text);
      await send(text);
    },
    render: () => `seen ${events}`,
    onError: (error) => errors.push(error),
  });
  const note = () => {
    events += 1;
    reporter.note();
  };
  return { reporter, note, sent, errors };
}

describe('the reporter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends the newest state once for many events', async () => {
    const { note, sent } = reporting();
    for (let number = 1; number <= 20; number++) note();
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual(['seen 20']);
  });

  it('does not send a text again that has not changed', async () => {
    const { reporter, sent } = reporting();
    await reporter.flush();
    await reporter.flush();
    expect(sent).toEqual(['seen 0']);
  });

  it('waits while other writes go first, and tells afterwards', async () => {
    const { reporter, note, sent } = reporting();
    const held = reporter.hold();
    note();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual([]);
    held[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toEqual(['seen 1']);
  });

  it('goes on after a text that could not be sent, and tells the last one’s fault to who waits for it', async () => {
    const { reporter, note, sent, errors } = reporting(() => Promise.reject(new Error('down')));
    note();
    await vi.advanceTimersByTimeAsync(5000);
    expect(errors).toHaveLength(1);
    await expect(reporter.flush()).rejects.toThrow('down');
    expect(sent).toEqual(['seen 1', 'seen 1']);
  });

  it('sends one text at a time', async () => {
    let release = () => {};
    const { reporter, note, sent } = reporting(() => new Promise((resolve) => (release = resolve)));
    const first = reporter.flush();
    await vi.advanceTimersByTimeAsync(0);
    note();
    const second = reporter.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(['seen 0']);
    release();
    await first;
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(['seen 0', 'seen 1']);
    release();
    await second;
  });
});
