import type { Message } from '../core/conversation.ts';
import type { AgentEnd, News, RunEvent } from '../core/events.ts';
import type { StoredEvent } from '../core/run-record.ts';
import type { Verification } from '../core/verification.ts';
import { charge } from './charge.ts';
import { nothingSpent, type SpentBefore } from './run-log.ts';

/** What a run's log says of the work so far, for the worker that goes on with it. Folded from the events alone. */
export interface Past {
  begun: boolean;
  /** The summary of the plan that its environment was made by last. */
  plan: string | null;
  /** The conversation, exactly as it was sent and received: the provider's cache knows it by its bytes. */
  messages: Message[];
  /** The round that is under way, 1 being the first. */
  round: number;
  /** How the agent's stretch of this round ended; null while it goes on, and once it was answered. */
  ended: AgentEnd | null;
  /** What the tests said of this round's change; null when that is not known yet. */
  verification: Verification | null;
  /** Whether a change was proven once: the agent was asked then to look at it again. */
  wasProven: boolean;
  /** What was told once already. */
  told: ReadonlySet<News['about']>;
  spent: SpentBefore;
}

export const noPast: Past = {
  begun: false,
  plan: null,
  messages: [],
  round: 1,
  ended: null,
  verification: null,
  wasProven: false,
  told: new Set(),
  spent: nothingSpent,
};

/** Where an earlier worker left a run, or that nobody has begun it. */
export interface Left {
  past: Past;
  /** The changed files as they were kept last; null when nothing had changed. */
  workTree: Uint8Array | null;
  /** Why what the work tree held in the end could not be kept; null when it was. */
  problem: string | null;
}

export function leftAt(events: readonly StoredEvent[], workTree: Uint8Array | null): Left {
  const checkpoint = events.findLast(({ event }) => event.type === 'checkpoint')?.event;
  const problem = checkpoint?.type === 'checkpoint' ? checkpoint.problem : null;
  return { past: pastOf(events), workTree, problem };
}

export function pastOf(events: readonly StoredEvent[]): Past {
  let past = noPast;
  let { spent } = noPast;
  for (const { event } of events) {
    past = { ...past, ...learned(past, event) };
    spent = { ...spent, ...charge(spent, event) };
  }
  return { ...past, messages: messagesIn(events), spent: { ...spent, minutes: minutesOf(events) } };
}

function learned(past: Past, event: RunEvent): Partial<Past> {
  switch (event.type) {
    case 'run_started':
      return { begun: true };
    case 'environment_ready':
      return { plan: event.summary };
    case 'message':
      return event.about === undefined ? answered(past, event.message) : toldOf(past, event.about);
    case 'agent_ended':
      return { ended: event.end };
    case 'verified':
      return {
        verification: event.verification,
        wasProven: past.wasProven || event.verification.verdict === 'proven',
      };
    default:
      return {};
  }
}

/** What the user says after the agent has ended is the harness's answer, and begins the next round. */
function answered({ ended, round }: Past, { role }: Message): Partial<Past> {
  return ended === null || role !== 'user' ? {} : { round: round + 1, ended: null, verification: null };
}

/** After a restart the agent is told each time, since each time processes are lost. */
function toldOf({ told }: Past, about: News['about']): Partial<Past> {
  return { told: new Set([...told, about]) };
}

function messagesIn(events: readonly StoredEvent[]): Message[] {
  return events.flatMap(({ event }) => (event.type === 'message' ? [event.message] : []));
}

/** Time at work, from each worker's first event to its last: how long a run lay about does not count. */
function minutesOf(events: readonly StoredEvent[]): number {
  const milliseconds = attemptsOf(events).reduce((sum, attempt) => {
    const [first, last] = [attempt[0], attempt.at(-1)];
    if (first === undefined || last === undefined) return sum;
    return sum + Math.max(0, Date.parse(last.at) - Date.parse(first.at));
  }, 0);
  return milliseconds / 60_000;
}

/** The events by the workers that wrote them, one after the other. */
function attemptsOf(events: readonly StoredEvent[]): StoredEvent[][] {
  const attempts: StoredEvent[][] = [];
  for (const stored of events) {
    if (attempts.length === 0 || isBeginning(stored.event)) attempts.push([]);
    attempts.at(-1)?.push(stored);
  }
  return attempts;
}

const isBeginning = ({ type }: RunEvent) => type === 'run_started' || type === 'run_resumed';

/** The attempts at the end of the log that came to nothing: the worker died, or the run was parked again. */
export function fruitless(events: readonly StoredEvent[]): { deaths: number; parks: number; since: string } {
  const attempts = attemptsOf(events);
  const last = attempts.findLastIndex((attempt) => attempt.some(({ event }) => isProgress(event)));
  // the attempt that got on died or was parked as well
  const tail = attempts.slice(Math.max(0, last));
  const parks = tail.filter((attempt) => attempt.at(-1)?.event.type === 'parked').length;
  return { deaths: tail.length - parks, parks, since: tail[0]?.at(-1)?.at ?? '' };
}

/** What brings a run nearer to its end. Setting up again does not, nor does what is told again. */
function isProgress(event: RunEvent): boolean {
  switch (event.type) {
    case 'message':
      return event.about !== 'resumed';
    case 'environment_ready':
      return !event.cached;
    case 'turn_ended':
    case 'agent_ended':
    case 'verified':
    case 'published':
      return true;
    default:
      return false;
  }
}
