import type { RunEvent } from '../core/events.ts';
import type { StoredEvent } from '../core/run-record.ts';

/** Time at work, from each worker's first event to its last: how long a run lay about does not count. */
export function minutesAtWork(events: readonly StoredEvent[]): number {
  const milliseconds = shiftsIn(events).reduce((sum, shift) => {
    const [first, last] = [shift[0], shift.at(-1)];
    if (first === undefined || last === undefined) return sum;
    return sum + Math.max(0, Date.parse(last.at) - Date.parse(first.at));
  }, 0);
  return milliseconds / 60_000;
}

/** The events by the workers that wrote them, one after the other. */
function shiftsIn(events: readonly StoredEvent[]): StoredEvent[][] {
  const shifts: StoredEvent[][] = [];
  for (const stored of events) {
    if (shifts.length === 0 || isBeginning(stored.event)) shifts.push([]);
    shifts.at(-1)?.push(stored);
  }
  return shifts;
}

const isBeginning = ({ type }: RunEvent) => type === 'run_started' || type === 'run_resumed';

/** The shifts at the end of the log that came to nothing: the worker died, or the run was parked again. */
export function fruitless(events: readonly StoredEvent[]): { deaths: number; parks: number; since: string } {
  const shifts = shiftsIn(events);
  const last = shifts.findLastIndex((shift) => shift.some(({ event }) => isProgress(event)));
  // the one that got on died or was parked as well
  const tail = shifts.slice(Math.max(0, last));
  const parks = tail.filter((shift) => shift.at(-1)?.event.type === 'parked').length;
  return { deaths: tail.length - parks, parks, since: tail[0]?.at(-1)?.at ?? '' };
}

/** What brings a run nearer to its end. Setting up again does not, nor does what is told again. */
export function isProgress(event: RunEvent): boolean {
  switch (event.type) {
    case 'message':
      return event.about !== 'resumed';
    case 'environment_ready':
      return !event.cached;
    case 'turn_ended':
    case 'agent_ended':
    case 'attempt_started':
    case 'attempt_ended':
    case 'verified':
    case 'published':
      return true;
    default:
      return false;
  }
}
