import type { Trigger } from '../../core/trigger.ts';
import { subjectOf } from '../queue/queue.ts';
import type { Delivery, Incoming } from './deliveries.ts';

interface Waiting extends Incoming {
  resolve(isNew: boolean): void;
  reject(error: unknown): void;
}

const atOnce = 100;

/**
 * Takes deliveries as they come and keeps those that wait in one transaction: a commit costs as much for one as for a
 * hundred, and a burst must not keep GitHub waiting. Each promise settles when its own delivery is safe.
 */
export function createIntake(
  accept: (incoming: readonly Incoming[]) => Promise<boolean[]>,
): (delivery: Delivery, trigger: Trigger | null) => Promise<boolean> {
  let waiting: Waiting[] = [];
  let isBusy = false;

  const work = async () => {
    isBusy = true;
    while (waiting.length > 0) {
      const { batch, rest } = nextBatch(waiting);
      waiting = rest;
      await settle(batch, accept);
    }
    isBusy = false;
  };
  return (delivery, trigger) =>
    new Promise((resolve, reject) => {
      waiting.push({ delivery, trigger, resolve, reject });
      if (!isBusy) void work();
    });
}

/** In their order, as many as go together: jobs of one transaction have no order, so each subject comes once. */
function nextBatch(waiting: readonly Waiting[]): { batch: Waiting[]; rest: Waiting[] } {
  const subjects = new Set<string>();
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const one of waiting) {
    const subject = one.trigger === null ? null : subjectOf(one.trigger);
    const fits = batch.length < atOnce && (subject === null || !subjects.has(subject));
    (fits ? batch : rest).push(one);
    if (subject !== null) subjects.add(subject);
  }
  return { batch, rest };
}

async function settle(
  batch: readonly Waiting[],
  accept: (incoming: readonly Incoming[]) => Promise<boolean[]>,
): Promise<void> {
  try {
    const isNew = await accept(batch);
    for (const [index, { resolve }] of batch.entries()) resolve(isNew[index] ?? false);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
