import { describe, expect, it } from 'vitest';
import { attemptsSection } from '../../src/report/attempts-section.ts';
import { renderPullRequest } from '../../src/report/pull-request/pull-request-body.ts';
import { currentProof } from '../../src/report/run-facts.ts';
import { renderCheck } from '../../src/report/status/check.ts';
import { renderStatus } from '../../src/report/status/status-comment.ts';
import {
  attemptEnded,
  eventsOfTwoAttempts,
  eventsUpToProof,
  factsFrom,
  hostileNames,
  liveText,
  marker,
  published,
  requestOf,
  rowsOf,
  runOf,
  said,
  start,
  tablesIn,
  texts,
  tree,
  unproven,
} from '../support/report.ts';

const facts = factsFrom(...eventsOfTwoAttempts());

describe('a run of several attempts', () => {
  it('says which one is taken and why, and what each came to, asked whom, at which price', () => {
    const section = attemptsSection(facts);
    expect(section).toContain('Attempt 1 of 2 is taken: no other came to a change.');
    expect(rowsOf(tablesIn(section)[0])).toEqual([
      ['Attempt', 'Model', 'Came to', 'Cost'],
      ['1, taken', 'deepseek-v4-pro, effort high', `not proven: ${unproven.why}`, '7 steps, $0.01'],
      [
        '2',
        'deepseek-flash, effort max',
        'nothing changed: the agent changed nothing',
        '1 step, less than $0.01',
      ],
    ]);
  });

  it('says it in the pull request, the status comment and the check', () => {
    const input = { marker, request: requestOf(), facts, now: start + 192_000 };
    const run = runOf({ outcome: 'unproven', why: unproven.why, published });
    const around = { texts, template: null, earlier: null };
    expect(renderPullRequest({ ...input, ...around, run })).toContain('Attempt 1 of 2 is taken');
    expect(renderStatus({ ...input, run })).toContain('Attempt 1 of 2 is taken');
    expect(renderCheck({ ...input, run }).summary).toContain('Attempt 1 of 2 is taken');
  });

  it('reports the words, the change and the proof of the one that is taken, and every model that was paid', () => {
    expect(facts.said).toBe(said);
    expect(facts.change?.tree).toBe(tree);
    expect(currentProof(facts)).toEqual(unproven);
    expect(facts).toMatchObject({ steps: 8, models: ['deepseek-v4-pro', 'deepseek-flash'] });
    const now = { now: start + 192_000, run: runOf() };
    const ended = { ...now.run, end: { outcome: 'unproven' as const, why: unproven.why, published: null } };
    const text = renderStatus({ ...now, marker, request: requestOf(), facts, run: ended });
    expect(text).toContain('8 steps of `deepseek-v4-pro` and `deepseek-flash`');
  });

  it('tells meanwhile that another one goes on, without the change of the one before it', () => {
    const events = eventsOfTwoAttempts();
    const begun = factsFrom(
      ...events.slice(0, events.findIndex(({ type }) => type === 'attempt_started') + 1),
    );
    expect(attemptsSection(begun)).toContain('Nothing was proven yet: attempt 2 of 2 goes on.');
    expect(begun).toMatchObject({ change: null, verifications: [], said: '' });
  });

  it('is not spoken of where there was but one', () => {
    expect(attemptsSection(factsFrom(...eventsUpToProof()))).toBe('');
    expect(attemptsSection(factsFrom(...eventsUpToProof(), attemptEnded(1, unproven)))).toBe('');
  });

  it.each(hostileNames)('lets no reason or name steer GitHub: %j', (name) => {
    const hostile = { why: name, model: name };
    const two = [attemptEnded(1, unproven, hostile), attemptEnded(2, unproven, hostile)];
    const section = attemptsSection(factsFrom(...two, { type: 'attempt_chosen', attempt: 1, why: name }));
    expect(liveText(section)).not.toMatch(/@\w|#\d/);
    expect(tablesIn(section)).toHaveLength(1);
    expect(tablesIn(section)[0]?.children).toHaveLength(3);
  });
});
