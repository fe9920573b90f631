import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/core/outcome.ts';
import { renderCheck } from '../../../src/report/status/check.ts';
import {
  eventsUpToProof,
  factsFrom,
  published,
  requestOf,
  runOf,
  start,
  unproven,
} from '../../support/report.ts';

const proof = factsFrom(...eventsUpToProof());
const check = (run = runOf(), facts = proof) =>
  renderCheck({ request: requestOf(), facts, run, now: start + 60_000 });
const endedAs = (outcome: Outcome) => check(runOf({ outcome, why: 'so it is', published }));

describe('the check', () => {
  it('waits, then is at work, without a conclusion', () => {
    expect(check(runOf(null, { startedAt: null }))).toMatchObject({ conclusion: null, title: 'Waiting' });
    expect(check()).toMatchObject({ name: 'ai-fix', conclusion: null, title: 'Working' });
  });

  it.each<[Outcome, string]>([
    ['proven', 'success'],
    ['unproven', 'neutral'],
    ['no_change', 'neutral'],
    ['refused', 'failure'],
    ['failed', 'failure'],
    ['cancelled', 'cancelled'],
  ])('of a run that ended %s concludes with %s', (outcome, conclusion) => {
    expect(endedAs(outcome)).toMatchObject({ conclusion });
  });

  it('says in its title what was proven', () => {
    expect(endedAs('proven').title).toBe('Proven: 1 test red to green, 10 tests still green');
  });

  it('offers to stop while it runs, and to retry after that, within GitHub’s limits', () => {
    expect(check().actions.map(({ identifier }) => identifier)).toEqual(['stop']);
    expect(endedAs('failed').actions.map(({ identifier }) => identifier)).toEqual(['retry']);
    for (const action of [...check().actions, ...endedAs('proven').actions]) {
      expect(action.label.length).toBeLessThanOrEqual(20);
      expect(action.description.length).toBeLessThanOrEqual(40);
      expect(action.identifier.length).toBeLessThanOrEqual(20);
    }
  });

  it('stays within the limits with 5,000 tests of 500 characters', () => {
    const names = Array.from({ length: 5000 }, (_, index) => `${index}${'|`'.repeat(250)}`);
    const facts = factsFrom(
      ...eventsUpToProof({
        ...unproven,
        red_to_green: names,
        new: names,
        newly_red: names,
        flaky: names,
        not_run: names.map((id) => ({ id, why: id })),
        tampering: names.map((path) => ({ path, what: path })),
      }),
    );
    const { summary } = check(runOf({ outcome: 'unproven', why: names.join(), published }), facts);
    expect(summary.length).toBeLessThanOrEqual(65_535);
  });
});
