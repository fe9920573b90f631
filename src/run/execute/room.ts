/** A run's seat in its worker; leaving the block gives it back. */
export interface Seat extends Disposable {
  /** Lets others in beside it, where it was alone. */
  share(): void;
}

/** Where the runs of one worker are at work side by side, or one of them by itself. */
export interface Room {
  /** Waits until there is a place, in the order of asking. What is aborted waits no longer. */
  enter(alone: boolean, signal: AbortSignal): Promise<Seat>;
}

interface Guest {
  alone: boolean;
}

interface Waiting {
  guest: Guest;
  open(): void;
}

/** A worker's room. How many runs there may be is for the queue to say. */
export function createRoom(): Room {
  const inside = new Set<Guest>();
  let queue: Waiting[] = [];
  const fits = ({ alone }: Guest) => inside.size === 0 || (!alone && [...inside].every((one) => !one.alone));
  const admit = () => {
    for (let next = queue[0]; next !== undefined && fits(next.guest); next = queue[0]) {
      queue.shift();
      inside.add(next.guest);
      next.open();
    }
  };
  return {
    async enter(alone, signal) {
      const guest = { alone };
      const opened = Promise.withResolvers<void>();
      const open = opened.resolve;
      signal.addEventListener('abort', () => open(), { once: true });
      if (signal.aborted) open();
      else queue.push({ guest, open });
      admit();
      await opened.promise;
      queue = queue.filter((waiting) => waiting.guest !== guest);
      admit();
      return {
        share() {
          guest.alone = false;
          admit();
        },
        [Symbol.dispose]() {
          inside.delete(guest);
          admit();
        },
      };
    },
  };
}
