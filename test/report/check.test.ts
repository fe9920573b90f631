import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/outcome.ts';
import { renderCheck } from '../../src/report/check.ts';
import {
  eventsUpToProof,
  factsFrom,
  published,
  requestOf,
  runOf,
  start,
  unproven,
} from '../support/report.ts';

const proof = factsFrom(...eventsUpToProof());
const check = (run = runOf(), facts = proof) =>
  renderCheck({ request: requestOf(), facts, run, now: start + 60_000 });
const endedAs = (outcome: Outcome) => check(runOf({ outcome, why: 'so it is', published }));

describe('the check', () => {
  it('is queued, then in progress, without a conclusion', () => {
    expect(check(runOf(null, { startedAt: null }))).toMatchObject({ status: 'queued', title: 'Waiting' });
    expect(check()).toMatchObject({ name: 'ai-fix', status: 'in_progress', title: 'Working' });
    expect(check()).not.toHaveProperty('conclusion');
  });

  it.each<[Outcome, string]>([
    ['proven', 'success'],
    ['unproven', 'neutral'],
    ['no_change', 'neutral'],
    ['refused', 'failure'],
    ['failed', 'failure'],
    ['cancelled', 'cancelled'],
  ])('of a run that ended %s concludes with %s', (outcome, conclusion) => {
    expect(endedAs(outcome)).toMatchObject({ status: 'completed', conclusion });
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

  it('annotates the files whose tests became weaker', () => {
    const tampering = [
      { path: 'test/a.js', what: 'skips the test "x"' },
      { path: '', what: 'is somewhere' },
    ];
    const facts = factsFrom(...eventsUpToProof({ ...unproven, tampering }));
    expect(check(runOf(), facts).annotations).toEqual([
      {
        path: 'test/a.js',
        start_line: 1,
        end_line: 1,
        annotation_level: 'warning',
        title: 'Tests made weaker',
        message: 'This change skips the test "x"',
      },
    ]);
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
    const { summary, annotations } = check(
      runOf({ outcome: 'unproven', why: names.join(), published }),
      facts,
    );
    expect(summary.length).toBeLessThanOrEqual(65_535);
    expect(annotations).toHaveLength(50);
  });
});
