import { type RunEvent, type Stage, whyEnded } from '../../core/events.ts';
import { count } from '../../text/count.ts';

/** What a person wants to see of a run at a moment: made from its events alone. */
export interface ProgressState {
  title: string;
  stages: { name: Stage; seconds: number; startedAt: number | null; detail: string }[];
  /** What is going on right now, in a few words. */
  now: string;
  steps: number;
  usd: number;
  baseline: string;
  ended: string | null;
}

export const initialProgress: ProgressState = {
  title: '',
  stages: [],
  now: '',
  steps: 0,
  usd: 0,
  baseline: '',
  ended: null,
};

/** The state after one more event; `at` is milliseconds of any clock. */
export function advanceProgress(state: ProgressState, event: RunEvent, at: number): ProgressState {
  switch (event.type) {
    case 'run_started':
      return { ...state, title: event.title };
    case 'stage_started': {
      const known = state.stages.some((stage) => stage.name === event.stage);
      const fresh = { name: event.stage, seconds: 0, startedAt: at, detail: '' };
      const stages = known
        ? updateStage(state, event.stage, (stage) => ({ ...stage, startedAt: at }))
        : [...state.stages, fresh];
      return { ...state, now: '', stages };
    }
    case 'stage_ended':
      return {
        ...state,
        now: '',
        stages: updateStage(state, event.stage, (stage) => ({
          ...stage,
          seconds: stage.seconds + event.seconds,
          startedAt: null,
        })),
      };
    case 'turn_ended':
      return { ...state, steps: event.step, usd: state.usd + event.usd };
    case 'baseline_ready':
      return { ...state, baseline: summaryOf(event) ?? '' };
    case 'outcome':
      return { ...state, ended: summaryOf(event), now: '' };
    case 'model_retried':
      return { ...state, usd: state.usd + (event.usd ?? 0), now: summaryOf(event) ?? '' };
    case 'tool_ended':
    case 'turn_dropped':
      return { ...state, now: summaryOf(event) ?? '' };
    case 'agent_ended':
    case 'changed':
      return withDetail(state, 'agent', event);
    case 'verified':
      return withDetail(state, 'verify', event);
    case 'published':
      return withDetail(state, 'publish', event);
    default: {
      const current = state.stages.find((stage) => stage.startedAt !== null);
      return current === undefined
        ? { ...state, now: summaryOf(event) ?? state.now }
        : withDetail(state, current.name, event);
    }
  }
}

/** What is told of a stage once it is over; the events that sum it up may come after its end. */
function withDetail(state: ProgressState, name: Stage, event: RunEvent): ProgressState {
  const summary = summaryOf(event);
  if (summary === null) return state;
  return { ...state, stages: updateStage(state, name, (stage) => ({ ...stage, detail: summary })) };
}

function updateStage(
  state: ProgressState,
  name: Stage,
  update: (stage: ProgressState['stages'][number]) => ProgressState['stages'][number],
): ProgressState['stages'] {
  return state.stages.map((stage) => (stage.name === name ? update(stage) : stage));
}

/** One line about an event for people; null for events that say nothing new. */
export function summaryOf(event: RunEvent): string | null {
  switch (event.type) {
    case 'run_started':
      return `${event.title} (base ${event.base.slice(0, 10)}, ${event.model})`;
    case 'stage_started':
    case 'message':
    case 'stage_ended':
    case 'checkpoint':
      return null;
    case 'run_resumed':
      return 'going on where it was left';
    case 'parked':
      return `left for later: ${event.why}`;
    case 'note':
      return event.text;
    case 'environment_ready':
      return [`${event.summary}${event.cached ? ', as before' : ''}`, ...event.notes].join('; ');
    case 'baseline_ready':
      return event.problem === null
        ? `${event.counts.passed} passed, ${event.counts.failed + (event.counts.error ?? 0)} failed, ${event.counts.skipped} skipped${event.cached ? ', as before' : ''}`
        : `not complete: ${event.problem}`;
    case 'turn_ended':
      return `step ${event.step}: ${event.usage.outputTokens} tokens, ${money(event.usd)}`;
    case 'turn_dropped':
      return `an answer of the model was dropped: ${event.why}`;
    case 'tool_ended':
      return `${event.name}: ${event.summary}`;
    case 'model_retried':
      return `asking the model again in ${event.seconds.toFixed(1)} s: ${event.why}`;
    case 'agent_ended':
      return event.end === 'finished'
        ? 'the agent says it is done'
        : `the agent was stopped: ${event.fault?.why ?? whyEnded[event.end]}`;
    case 'changed':
      return `${count(event.files.length, 'file')} changed`;
    case 'attempt_started':
      return `attempt ${event.attempt} of ${event.of} begins (${event.model}, effort ${event.effort})`;
    case 'attempt_ended':
      return `attempt ${event.attempt}: ${event.outcome}: ${event.why} (${count(event.usage.steps, 'step')}, ${money(event.usage.usd)})`;
    case 'attempt_chosen':
      return `attempt ${event.attempt} is taken: ${event.why}`;
    case 'published':
      return `pull request #${event.published.pull}`;
    case 'verified':
      return `${event.verification.verdict}: ${event.verification.why}`;
    case 'outcome':
      return `${event.outcome}: ${event.why}`;
  }
}

export function money(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 4 : 2)}`;
}
