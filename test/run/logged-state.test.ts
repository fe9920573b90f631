import { describe, expect, it } from 'vitest';
import type { AssistantMessage, Message } from '../../src/core/conversation.ts';
import type { RunEvent } from '../../src/core/events.ts';
import type { StoredEvent } from '../../src/core/run-record.ts';
import { loggedState } from '../../src/run/logged-state.ts';
import { resumePointOf } from '../../src/run/resume-point.ts';
import { fruitless } from '../../src/run/shifts.ts';
import { attemptEnded, proven, tree, unproven } from '../support/report.ts';

const started: RunEvent = { type: 'run_started', run: '01TEST', title: 't', base: 'b', model: 'm' };
const resumed: RunEvent = { type: 'run_resumed' };
const parked: RunEvent = { type: 'parked', code: 'sandbox_died', why: 'it died', until: null };
const user = (content: string): Message => ({ role: 'user', content });
const said = (message: Message): RunEvent => ({ type: 'message', message });
const answer: AssistantMessage = { role: 'assistant', content: 'Done.', reasoning_content: 'Hm.' };
const turn: RunEvent = {
  type: 'turn_ended',
  step: 1,
  usage: { cacheHitTokens: 7, cacheMissTokens: 2, outputTokens: 3, reasoningTokens: 1 },
  usd: 0.5,
  model: 'm',
  seconds: 1,
};
const ended: RunEvent = { type: 'agent_ended', end: 'finished' };
const verified: RunEvent = { type: 'verified', round: 1, verification: unproven };

const attemptStarted = (attempt: number): RunEvent => ({
  ...{ type: 'attempt_started', attempt, of: 3, model: 'm', effort: 'high' },
});

/** Events as they are stored, a minute from one to the next. */
function stored(...events: RunEvent[]): StoredEvent[] {
  return events.map((event, index) => ({
    number: index + 1,
    at: new Date(Date.UTC(2026, 2, 1, 10, index)).toISOString(),
    event,
  }));
}

describe('the logged state of a run', () => {
  it('holds its messages exactly as they were saved', () => {
    const messages = [user('Fix it.'), answer, user('Not proven.')];
    const { messages: found } = loggedState(stored(started, ...messages.map(said)));
    expect(JSON.stringify(found)).toBe(JSON.stringify(messages));
  });

  it('is in the round after the last answer to what the agent left', () => {
    const events = [started, said(user('Fix it.')), said(answer), ended];
    expect(loggedState(stored(...events))).toMatchObject({ round: 1, agentEnded: { end: 'finished' } });
    expect(loggedState(stored(...events, verified))).toMatchObject({ round: 1, verification: { tree } });
    const next = loggedState(stored(...events, verified, said(user('Not proven.'))));
    expect(next).toMatchObject({ round: 2, agentEnded: null, verification: null });
  });

  it('does not take what is told between two steps for an answer', () => {
    const news: RunEvent = { type: 'message', message: user('3 passed'), about: 'baseline' };
    const logged = loggedState(stored(started, said(user('Fix it.')), said(answer), news, ended));
    expect(logged).toMatchObject({ round: 1, agentEnded: { end: 'finished' } });
    expect([...logged.told]).toEqual(['baseline']);
  });

  it('counts what was spent, but not the time in which nobody worked', () => {
    const { spent } = loggedState(stored(started, turn, parked, resumed, turn));
    expect(spent).toMatchObject({
      steps: 2,
      usd: 1,
      minutes: 3,
      usage: { cacheHitTokens: 14 },
      seconds: { model: 2 },
    });
  });

  it('names the plan whose tests were seen to run, not those that were tried before it', () => {
    const ready = (summary: string): RunEvent => ({
      ...{ type: 'environment_ready', summary, cached: false, image: 'i', leftOut: [], notes: [] },
    });
    expect(loggedState(stored(started)).plan).toBeNull();
    expect(loggedState(stored(started, ready('Node + Python'), ready('Node'))).plan).toBe('Node');
  });

  it('tells why the newest files could not be kept', () => {
    const kept: RunEvent = { type: 'checkpoint', files: 1, problem: null };
    const tooMuch: RunEvent = { type: 'checkpoint', files: 0, problem: 'too many files' };
    expect(resumePointOf(stored(started, tooMuch, kept), null).problem).toBeNull();
    expect(resumePointOf(stored(started, kept, tooMuch), null).problem).toBe('too many files');
  });
});

describe('the logged state of a run that began anew', () => {
  const opening = [said(user('Be a programmer.')), said(user('Fix it.'))];
  const kept: RunEvent = { type: 'checkpoint', files: 1, problem: null };
  const tooMuch: RunEvent = { type: 'checkpoint', files: 0, problem: 'too many files' };
  const [attemptOver, begun] = [attemptEnded(1, unproven), attemptStarted(2)];
  const first = [started, ...opening, turn, said(answer), kept, ended, verified, attemptOver];

  it('holds the messages of the present attempt, and what all of them begin with', () => {
    const logged = loggedState(stored(...first, begun, ...opening, turn, said(answer)));
    expect(logged).toMatchObject({
      attempt: 2,
      round: 1,
      agentEnded: null,
      verification: null,
      endedAttempts: [{ attempt: 1 }],
    });
    expect(logged.opening).toEqual([user('Be a programmer.'), user('Fix it.')]);
    expect(logged.messages).toEqual([...logged.opening, answer]);
  });

  it('counts what the attempts before it spent, and all of them together', () => {
    const { spentBefore, spent } = loggedState(stored(...first, begun, ...opening, turn));
    expect(spentBefore).toMatchObject({ steps: 1, usd: 0.5, minutes: 8, usage: { cacheHitTokens: 7 } });
    expect(spent).toMatchObject({ steps: 2, usd: 1, minutes: 12, usage: { cacheHitTokens: 14 } });
  });

  it('knows what was told, proven and chosen as far as it is about the present attempt', () => {
    const news: RunEvent = { type: 'message', message: user('3 passed'), about: 'baseline' };
    const wasProven: RunEvent = { type: 'verified', round: 1, verification: proven };
    const logged = loggedState(stored(started, ...opening, turn, news, wasProven, attemptOver, begun));
    expect(logged).toMatchObject({ wasProven: false, told: new Set(), wasChosen: false });
    const chosen: RunEvent = { type: 'attempt_chosen', attempt: 1, why: 'so' };
    expect(loggedState(stored(...first, chosen)).wasChosen).toBe(true);
  });

  it('takes no files of the attempt before for those of the present one', () => {
    const files = new Uint8Array([1]);
    expect(resumePointOf(stored(...first), files).workTree).toBe(files);
    expect(resumePointOf(stored(...first, begun), files).workTree).toBeNull();
    expect(resumePointOf(stored(...first, begun, kept), files).workTree).toBe(files);
    const unkept = resumePointOf(stored(...first, begun, tooMuch), files);
    expect(unkept).toMatchObject({ workTree: null, problem: 'too many files' });
  });
});

describe('shifts that came to nothing', () => {
  it.each<{ what: string; events: RunEvent[]; deaths: number; parks: number }>([
    { what: 'no attempt', events: [], deaths: 0, parks: 0 },
    { what: 'one that died at once', events: [started], deaths: 1, parks: 0 },
    { what: 'three that died at once', events: [started, resumed, resumed], deaths: 3, parks: 0 },
    {
      what: 'one that got on, and two that died where it had died',
      events: [started, turn, said(answer), resumed, resumed],
      deaths: 3,
      parks: 0,
    },
    {
      what: 'one that got on after two had died',
      events: [started, resumed, resumed, turn, said(answer)],
      deaths: 1,
      parks: 0,
    },
    { what: 'one that was parked twice', events: [started, parked, resumed, parked], deaths: 0, parks: 2 },
    {
      what: 'one that was told again that its sandbox is new',
      events: [
        started,
        turn,
        resumed,
        { type: 'message', message: user('The sandbox was lost'), about: 'resumed' },
      ],
      deaths: 2,
      parks: 0,
    },
  ])('are counted for $what', ({ events, deaths, parks }) => {
    expect(fruitless(stored(...events))).toMatchObject({ deaths, parks });
  });
});
