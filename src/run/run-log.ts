import { addUsage, noUsage, type Usage } from '../core/conversation.ts';
import type { Emit, RunEvent, Stage } from '../core/events.ts';
import type { Spent } from '../core/limits.ts';

export interface StageTime {
  name: Stage;
  seconds: number;
}

/** What earlier workers spent on a run: the limits hold for all of them together. */
export interface SpentBefore extends Spent {
  usage: Usage;
}

export const nothingSpent: SpentBefore = { usd: 0, steps: 0, minutes: 0, usage: noUsage };

/** What can be read off the events of a run so far: what it spent and how long its stages took. */
export function createRunLog(emit: Emit, now: () => number, before = nothingSpent) {
  const started = now();
  const seconds = new Map<Stage, number>();
  let { usd, steps, usage } = before;

  const count = (event: RunEvent) => {
    if (event.type === 'turn_ended') {
      usage = addUsage(usage, event.usage);
      usd += event.usd;
      steps++;
    }
    if (event.type === 'stage_ended')
      seconds.set(event.stage, (seconds.get(event.stage) ?? 0) + event.seconds);
  };
  const log: Emit = async (...events) => {
    events.forEach(count);
    await emit(...events);
  };

  return {
    emit: log,
    spent: (): Spent => ({ steps, usd, minutes: before.minutes + (now() - started) / 60_000 }),
    usage: () => ({ ...usage, usd, steps }),
    stages: (): StageTime[] => [...seconds].map(([name, time]) => ({ name, seconds: time })),
    /** Runs one stage; its time counts also when it fails. */
    async stage<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
      const began = now();
      await log({ type: 'stage_started', stage });
      try {
        return await work();
      } finally {
        await log({ type: 'stage_ended', stage, seconds: (now() - began) / 1000 });
      }
    },
  };
}
export type RunLog = ReturnType<typeof createRunLog>;
