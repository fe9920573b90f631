import type { EndedAttempt } from '../core/attempts.ts';
import { charge } from '../core/charge.ts';
import type { Message } from '../core/conversation.ts';
import type { AgentEnded, News, RunEvent } from '../core/events.ts';
import type { StoredEvent } from '../core/run-record.ts';
import type { Verification } from '../core/verification.ts';
import { nothingSpent, type SpentBefore } from './run-log.ts';
import { minutesAtWork } from './shifts.ts';

/** What a run's log says of the work so far, for the worker that goes on with it. Folded from the events alone. */
export interface LoggedState {
  begun: boolean;
  /** The summary of the plan that its environment was made by last. */
  plan: string | null;
  /** The attempt that began last, 1 being the first. From `messages` to `told` all is about this one. */
  attempt: number;
  /** The attempts that ended; as many as began, where none is under way. */
  endedAttempts: EndedAttempt[];
  /** Whether it was told which of them is taken. */
  wasChosen: boolean;
  /** What each attempt begins with: one and the same, so that the provider's cache knows it. */
  opening: Message[];
  /** The conversation, exactly as it was sent and received: the provider's cache knows it by its bytes. */
  messages: Message[];
  /** The round that is under way, 1 being the first. */
  round: number;
  /** How the agent's work in this round ended; null while it goes on, and once it was answered. */
  agentEnded: AgentEnded | null;
  /** What the tests said of this round's change; null when that is not known yet. */
  verification: Verification | null;
  /** Whether a change was proven once: the agent was asked then to look at it again. */
  wasProven: boolean;
  /** That change; null where it was not kept. */
  proven: Proven | null;
  /** What was told once already. */
  told: ReadonlySet<News['about']>;
  /** By the whole run. */
  spent: SpentBefore;
  /** By the attempts before this one. */
  spentBefore: SpentBefore;
}

/** A change that was proven, as the log holds it. */
interface Proven {
  round: number;
  verification: Verification;
  patch: string;
}

/** What is known of an attempt that has just begun. */
const newAttempt = {
  round: 1,
  agentEnded: null,
  verification: null,
  wasProven: false,
  proven: null,
  told: new Set<never>(),
};

export const nothingLogged: LoggedState = {
  begun: false,
  plan: null,
  attempt: 1,
  endedAttempts: [],
  wasChosen: false,
  opening: [],
  messages: [],
  ...newAttempt,
  spent: nothingSpent,
  spentBefore: nothingSpent,
};

export function loggedState(events: readonly StoredEvent[]): LoggedState {
  let state = nothingLogged;
  let { spent } = nothingLogged;
  for (const [index, { event }] of events.entries()) {
    state = { ...state, ...learned(state, event) };
    spent = { ...spent, ...charge(spent, event) };
    if (event.type !== 'attempt_started') continue;
    state.spentBefore = { ...spent, minutes: minutesAtWork(events.slice(0, index)) };
  }
  const firstTurn = events.findIndex(({ event }) => event.type === 'turn_ended');
  return {
    ...state,
    opening: messagesIn(firstTurn === -1 ? events : events.slice(0, firstTurn)),
    messages: messagesIn(ofLastAttempt(events)),
    spent: { ...spent, minutes: minutesAtWork(events) },
  };
}

/** The events since the last attempt began. */
export function ofLastAttempt(events: readonly StoredEvent[]): readonly StoredEvent[] {
  return events.slice(events.findLastIndex(({ event }) => event.type === 'attempt_started') + 1);
}

function learned(state: LoggedState, event: RunEvent): Partial<LoggedState> {
  switch (event.type) {
    case 'run_started':
      return { begun: true };
    case 'environment_ready':
      return { plan: event.summary };
    case 'message':
      return event.about === undefined ? answered(state, event.message) : toldOf(state, event.about);
    case 'attempt_started':
      return { ...newAttempt, attempt: event.attempt };
    case 'attempt_ended': {
      const { type: _, ...attempt } = event;
      return { endedAttempts: [...state.endedAttempts, attempt] };
    }
    case 'attempt_chosen':
      return { wasChosen: true };
    case 'agent_ended': {
      const { type: _, ...ended } = event;
      return { agentEnded: ended };
    }
    case 'verified':
      return verifiedIn(state, event);
    default:
      return {};
  }
}

function verifiedIn(
  state: LoggedState,
  { round, verification, patch }: Extract<RunEvent, { type: 'verified' }>,
): Partial<LoggedState> {
  const wasProven = state.wasProven || verification.verdict === 'proven';
  return {
    verification,
    wasProven,
    ...(patch === undefined ? {} : { proven: { round, verification, patch } }),
  };
}

/** What the user says after the agent has ended is the harness's answer, and begins the next round. */
function answered({ agentEnded, round }: LoggedState, { role }: Message): Partial<LoggedState> {
  return agentEnded === null || role !== 'user'
    ? {}
    : { round: round + 1, agentEnded: null, verification: null };
}

/** After a restart the agent is told each time, since each time processes are lost. */
function toldOf({ told }: LoggedState, about: News['about']): Partial<LoggedState> {
  return { told: new Set([...told, about]) };
}

function messagesIn(events: readonly StoredEvent[]): Message[] {
  return events.flatMap(({ event }) => (event.type === 'message' ? [event.message] : []));
}
