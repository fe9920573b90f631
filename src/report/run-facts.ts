import type { Choice, EndedAttempt } from '../core/attempts.ts';
import { bill } from '../core/charge.ts';
import { noUsage, type Usage } from '../core/conversation.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { AgentEnd, ChangedFile, RunEvent, Stage } from '../core/events.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Published } from '../core/published.ts';
import type { StoredEvent } from '../core/run-record.ts';
import type { TestCounts } from '../core/tests.ts';
import type { Verification } from '../core/verification.ts';

export interface StageFacts {
  name: Stage;
  state: 'waiting' | 'running' | 'done';
  seconds: number;
  /** Since when it runs, ISO 8601. */
  since: string | null;
}

/** What reports need of a run, folded from its events alone: a restarted process comes to the same. */
export interface RunFacts {
  /** Number of the last event. */
  last: number;
  /** All that answered, the first one first. */
  models: string[];
  stages: StageFacts[];
  environment: Pick<EventOf<'environment_ready'>, 'summary' | 'cached' | 'leftOut' | 'notes'> | null;
  baseline: { counts: TestCounts; problem: string | null; cached: boolean } | null;
  steps: number;
  usd: number;
  usage: Usage;
  /** The last of each round, in order. */
  verifications: { round: number; verification: Verification }[];
  /** The agent's own summary of what it did; '' when it gave none. */
  said: string;
  agentEnd: AgentEnd | null;
  change: { files: ChangedFile[]; tree: string } | null;
  notes: string[];
  /** Of several attempts: those that ended, and which one is taken; null while that is open. */
  attempts: AttemptFacts[];
  choice: Choice | null;
  /** The attempt that is under way, where it is not the first; null otherwise. */
  further: { attempt: number; of: number } | null;
  /** Left on purpose, and nobody goes on with it yet. */
  parked: Pick<EventOf<'parked'>, 'code' | 'until'> | null;
  outcome: { outcome: Outcome; why: string; code: ErrorCode | null } | null;
  published: Published | null;
}

/** What an attempt came to, with the agent's own summary of it, and how its work ended. */
export type AttemptFacts = Pick<
  EndedAttempt,
  'attempt' | 'model' | 'effort' | 'outcome' | 'why' | 'tree' | 'usage'
> &
  Pick<RunFacts, 'said' | 'agentEnd'>;

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

const stages: Stage[] = ['workspace', 'environment', 'check', 'agent', 'verify', 'publish'];

/** What is about one attempt alone, before anything is known of it. */
const noAttempt: Pick<RunFacts, 'verifications' | 'change' | 'said' | 'agentEnd'> = {
  verifications: [],
  change: null,
  said: '',
  agentEnd: null,
};

export const noFacts: RunFacts = {
  ...noAttempt,
  last: 0,
  models: [],
  stages: stages.map((name) => ({ name, state: 'waiting', seconds: 0, since: null })),
  environment: null,
  baseline: null,
  steps: 0,
  usd: 0,
  usage: noUsage,
  notes: [],
  attempts: [],
  choice: null,
  further: null,
  parked: null,
  outcome: null,
  published: null,
};

export function factsOf(events: readonly StoredEvent[]): RunFacts {
  return events.reduce(learn, noFacts);
}

/** What is known after one more event. An event that was learned before changes nothing. */
export function learn(facts: RunFacts, { number, at, event }: StoredEvent): RunFacts {
  return number <= facts.last ? facts : { ...facts, last: number, ...news(facts, event, at) };
}

function news(facts: RunFacts, event: RunEvent, at: string): Partial<RunFacts> {
  switch (event.type) {
    case 'run_resumed':
      return { parked: null, stages: facts.stages.map(brokenOff) };
    case 'parked':
      return { parked: { code: event.code, until: event.until } };
    case 'stage_started':
      return withStage(facts, event.stage, { state: 'running', since: at });
    case 'stage_ended':
      return withStage(facts, event.stage, { state: 'done', since: null }, event.seconds);
    case 'note':
      return { notes: [...facts.notes, event.text] };
    case 'environment_ready': {
      const { summary, cached, leftOut, notes } = event;
      return { environment: { summary, cached, leftOut, notes } };
    }
    case 'baseline_ready':
      return { baseline: { counts: event.counts, problem: event.problem, cached: event.cached } };
    case 'message':
      return summaryIn(event) ?? {};
    case 'turn_ended':
      return {
        models: [...new Set([...facts.models, event.model])],
        ...bill(facts, event),
      };
    case 'model_retried':
      return bill(facts, event);
    case 'agent_ended':
      return { agentEnd: event.end };
    case 'changed':
      return { change: { files: event.files, tree: event.tree } };
    case 'verified':
      return { verifications: withRound(facts, event) };
    case 'attempt_started':
      return { further: { attempt: event.attempt, of: event.of }, ...noAttempt };
    case 'attempt_ended':
      return { further: null, attempts: [...facts.attempts, attemptFacts(event, facts)] };
    case 'attempt_chosen':
      return chosenIn(facts, event);
    case 'published':
      return { published: event.published };
    case 'outcome':
      return { outcome: { outcome: event.outcome, why: event.why, code: event.code ?? null } };
    case 'run_started':
    case 'tool_ended':
    case 'turn_dropped':
    case 'checkpoint':
      return {};
  }
}

function withStage(
  facts: RunFacts,
  name: Stage,
  now: Pick<StageFacts, 'state' | 'since'>,
  seconds = 0,
): Pick<RunFacts, 'stages'> {
  return {
    stages: facts.stages.map((stage) =>
      stage.name === name ? { ...stage, ...now, seconds: stage.seconds + seconds } : stage,
    ),
  };
}

/** A stage in which the former worker died begins again. */
function brokenOff(stage: StageFacts): StageFacts {
  return stage.state === 'running' ? { ...stage, state: 'waiting', since: null } : stage;
}

/** A message without tool calls ends the agent's turn and sums up; what it says beside calls is thinking aloud. */
function summaryIn({ message }: EventOf<'message'>): Pick<RunFacts, 'said'> | null {
  if (message.role !== 'assistant' || (message.tool_calls ?? []).length > 0) return null;
  return message.content.trim() === '' ? null : { said: message.content.trim() };
}

function attemptFacts(event: EventOf<'attempt_ended'>, { said, agentEnd }: RunFacts): AttemptFacts {
  const { attempt, model, effort, outcome, why, tree, usage } = event;
  return { attempt, model, effort, outcome, why, tree, usage, said, agentEnd };
}

/** From here on all is about the attempt that is taken. */
function chosenIn({ attempts }: RunFacts, { attempt, why }: EventOf<'attempt_chosen'>): Partial<RunFacts> {
  const { said, agentEnd } = attempts.find((one) => one.attempt === attempt) ?? noAttempt;
  return { choice: { attempt, why }, said, agentEnd };
}

function withRound(facts: RunFacts, { round, verification }: EventOf<'verified'>) {
  return [...facts.verifications.filter((one) => one.round !== round), { round, verification }];
}

/** The proof that counts: of the change as it is now, if it was tested. */
export function currentProof({ verifications, change }: RunFacts): Verification | null {
  const proof = verifications.at(-1)?.verification ?? null;
  return change === null || proof?.tree === change.tree ? proof : null;
}

/** Share of the model's input that came from its cache, 0 to 1; null before the first answer. */
export function cacheShare({ cacheHitTokens, cacheMissTokens }: Usage): number | null {
  const all = cacheHitTokens + cacheMissTokens;
  return all === 0 ? null : cacheHitTokens / all;
}
