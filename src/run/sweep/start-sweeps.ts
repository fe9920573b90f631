import { within } from '../../core/within.ts';
import { sweepLabels } from './sweep-labels.ts';
import type { SweepPorts } from './sweep-ports.ts';
import { sweepRedeliveries } from './sweep-redeliveries.ts';

/** Calls `look` from time to time until it is disposed of, at first with true. `look` never rejects. */
export type SweepSchedule = (look: (isStart: boolean) => Promise<void>) => Disposable;

interface SweepOptions extends Omit<SweepPorts, 'signal'> {
  schedule: SweepSchedule;
  now(): Date;
}

/** A restart within this time is no reason to search anew. */
const freshMs = 10 * 60_000;
const stopWithinMs = 5000;

/** Begins to look for webhooks that did not arrive. What goes wrong is told, and tried again later. */
export function startSweeps({ schedule, now, ...ports }: SweepOptions): AsyncDisposable {
  const stopping = new AbortController();
  let current = Promise.resolve();
  let isBusy = false;
  const sweep = async (isStart: boolean) => {
    const all = { ...ports, signal: stopping.signal };
    // deliveries first: they know what the issue said when the label was given
    await sweepRedeliveries(all, isStart ? now() : null).catch(ports.onError);
    if (stopping.signal.aborted) return;
    await sweepLabels(all, isStart ? new Date(now().getTime() - freshMs) : null).catch(ports.onError);
  };
  const timer = schedule((isStart) => {
    if (isBusy) return current;
    isBusy = true;
    current = sweep(isStart).finally(() => {
      isBusy = false;
    });
    return current;
  });
  return {
    async [Symbol.asyncDispose]() {
      timer[Symbol.dispose]();
      stopping.abort();
      await within(stopWithinMs, current);
    },
  };
}

const betweenLooksMs = 60_000;

/** At once, then every minute whether something is due. */
export const everyMinute: SweepSchedule = (look) => {
  const timer = setInterval(() => void look(false), betweenLooksMs).unref();
  void look(true);
  return { [Symbol.dispose]: () => clearInterval(timer) };
};
