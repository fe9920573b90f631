/** Lets several holders in side by side, or one of them by itself: a readers-writer lock. */
export interface SharedLock {
  /** Waits its turn, in the order of asking. What is aborted waits no longer. */
  acquire(exclusive: boolean, signal: AbortSignal): Promise<LockHold>;
}

/** One holder's part of the lock; leaving the block gives it back. */
export interface LockHold extends Disposable {
  /** Lets others in beside it, where it was alone. */
  downgrade(): void;
}

interface Holder {
  exclusive: boolean;
}

interface Waiter {
  holder: Holder;
  admit(): void;
}

/** A lock of this process. How many may hold it is for the queue to say. */
export function createSharedLock(): SharedLock {
  const holders = new Set<Holder>();
  let queue: Waiter[] = [];
  const fits = ({ exclusive }: Holder) =>
    holders.size === 0 || (!exclusive && [...holders].every((one) => !one.exclusive));
  const admitNext = () => {
    for (let next = queue[0]; next !== undefined && fits(next.holder); next = queue[0]) {
      queue.shift();
      holders.add(next.holder);
      next.admit();
    }
  };
  return {
    async acquire(exclusive, signal) {
      const holder = { exclusive };
      const admitted = Promise.withResolvers<void>();
      const admit = admitted.resolve;
      signal.addEventListener('abort', () => admit(), { once: true });
      if (signal.aborted) admit();
      else queue.push({ holder, admit });
      admitNext();
      await admitted.promise;
      queue = queue.filter((waiter) => waiter.holder !== holder);
      admitNext();
      return {
        downgrade() {
          holder.exclusive = false;
          admitNext();
        },
        [Symbol.dispose]() {
          holders.delete(holder);
          admitNext();
        },
      };
    },
  };
}
