import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { cacheShare, currentProof, factsOf, learn, noFacts } from '../../src/report/run-facts.ts';
import { eventsUpToProof, factsFrom, proven, said, stored, tree, unproven } from '../support/report.ts';

describe('factsOf', () => {
  const facts = factsFrom(...eventsUpToProof());

  it('adds up what the model cost', () => {
    expect(facts.steps).toBe(7);
    expect(facts.usd).toBeCloseTo(0.014);
    expect(cacheShare(facts.usage)).toBe(0.9);
    expect(cacheShare(noFacts.usage)).toBeNull();
  });

  it('knows each stage as done, running or waiting', () => {
    const half = factsFrom(
      { type: 'stage_started', stage: 'agent' },
      { type: 'stage_ended', stage: 'agent', seconds: 5 },
      { type: 'stage_started', stage: 'verify' },
      { type: 'stage_ended', stage: 'verify', seconds: 2 },
      { type: 'stage_started', stage: 'agent' },
    );
    const states = Object.fromEntries(half.stages.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({ environment: 'waiting', agent: 'running', verify: 'done' });
    expect(half.stages.find(({ name }) => name === 'agent')).toMatchObject({ seconds: 5 });
  });

  it('takes the agent’s summary from a message that ends a turn, not from thinking aloud beside calls', () => {
    const aloud: RunEvent = {
      type: 'message',
      message: {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [{ id: '1', type: 'function', function: { name: 'bash', arguments: '{}' } }],
      },
    };
    expect(factsFrom(...eventsUpToProof(), aloud).said).toBe(said);
  });

  it('is the same when it is learned event by event, and when events come twice', () => {
    const events = stored(eventsUpToProof());
    const again = [...events, ...events].reduce(learn, factsOf(events.slice(0, 5)));
    expect(again).toEqual(facts);
  });

  it('keeps the code of an expected failure', () => {
    const failed = factsFrom({ type: 'outcome', outcome: 'refused', why: 'no', code: 'install_failed' });
    expect(failed.outcome?.code).toBe('install_failed');
  });
});

describe('currentProof', () => {
  it('is the last round’s', () => {
    const facts = factsFrom(...eventsUpToProof(unproven), {
      type: 'verified',
      round: 2,
      verification: proven,
    });
    expect(currentProof(facts)?.verdict).toBe('proven');
    expect(facts.verifications).toHaveLength(2);
  });

  it('is none where the change went on after it: a proof holds for its own tree', () => {
    const later: RunEvent = { type: 'changed', files: [], tree: 'e'.repeat(40) };
    expect(currentProof(factsFrom(...eventsUpToProof(), later))).toBeNull();
    expect(currentProof(factsFrom(...eventsUpToProof()))?.tree).toBe(tree);
  });
});
