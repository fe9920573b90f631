import { type Account, emptyAccount, type RunUsage, usageOf } from '../core/account.ts';
import type { EndedAttempt } from '../core/attempts.ts';
import { charge } from '../core/charge.ts';
import type { Emit, RunEvent, Stage } from '../core/events.ts';
import type { Spent } from '../core/limits.ts';

export interface StageTime {
  name: Stage;
  seconds: number;
}

/** What earlier workers spent on a run: the limits hold for all of them together. */
export interface SpentBefore extends Account {
  minutes: number;
}

export const nothingSpent: SpentBefore = { ...emptyAccount, minutes: 0 };

/** What can be read off the events of a run so far: what it spent and how long its stages took. */
export function createRunLog(emit: Emit, now: () => number, before = nothingSpent) {
  const started = now();
  const seconds = new Map<Stage, number>();
  const attempts: EndedAttempt[] = [];
  let account: Account = before;

  const count = (event: RunEvent) => {
    account = charge(account, event);
    if (event.type === 'attempt_ended') attempts.push(withoutType(event));
    if (event.type === 'stage_ended')
      seconds.set(event.stage, (seconds.get(event.stage) ?? 0) + event.seconds);
  };
  const log: Emit = async (...events) => {
    events.forEach(count);
    await emit(...events);
  };

  return {
    emit: log,
    spent(): Spent {
      const { steps, usd } = account;
      return { steps, usd, minutes: before.minutes + (now() - started) / 60_000 };
    },
    account: (): Account => account,
    usage: (): RunUsage => usageOf(account),
    attempts: (): readonly EndedAttempt[] => attempts,
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
function withoutType({ type: _, ...attempt }: Extract<RunEvent, { type: 'attempt_ended' }>): EndedAttempt {
  return attempt;
}

export type RunLog = ReturnType<typeof createRunLog>;
