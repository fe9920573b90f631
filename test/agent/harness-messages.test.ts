import { describe, expect, it } from 'vitest';
import { baselineMessage, factsMessage } from '../../src/agent/harness-messages.ts';
import type { TestResult, TestRun } from '../../src/core/tests.ts';
import type { Verification } from '../../src/core/verification.ts';

const nothing: Verification = {
  verdict: 'unproven',
  why: 'no test fails without the change',
  tree: 't',
  base: 'b',
  red_to_green: [],
  new: [],
  still_green: 3,
  newly_red: [],
  already_red: [],
  flaky: [],
  not_run: [],
  tampering: [],
};
const failure = (id: string, message?: string): TestResult => ({
  id,
  status: 'failed',
  file: null,
  ...(message === undefined ? {} : { message }),
});
const many = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => `${name} ${index + 1}`);

describe('factsMessage', () => {
  it('says what was found, test by test, with what the tests said', () => {
    const message = factsMessage(
      {
        ...nothing,
        newly_red: ['adds', 'subtracts'],
        already_red: ['divides'],
        red_to_green: ['works now'],
        flaky: ['sometimes'],
        not_run: [{ id: 'skipped', why: 'its file did not load' }],
        tampering: [{ path: 'test/a.js', what: 'an assertion was removed' }],
      },
      [failure('adds', 'expected 3\nto be 4'), failure('subtracts')],
      'Tests: 1 failed',
    );
    expect(message).toContain('It is not proven yet: no test fails without the change.');
    expect(message).toContain(
      'These tests passed before your change and fail with it:\n- adds\n    expected 3\n    to be 4\n- subtracts\n\n',
    );
    expect(message).toContain('These failed before and still fail:\n- divides\n\n');
    expect(message).toContain('These fail without your change and pass with it:\n- works now\n');
    expect(message).toContain('These are flaky and do not count:\n- sometimes\n');
    expect(message).toContain('These did not run:\n- skipped: its file did not load\n');
    expect(message).toContain('- test/a.js: an assertion was removed\n');
    expect(message).toContain('The end of the output:\nTests: 1 failed');
  });

  it('leaves out what there is nothing to say about', () => {
    const message = factsMessage(nothing, [], null);
    expect(message).not.toMatch(/These|output/);
    expect(message).not.toContain('undefined');
  });

  it('shows the first ten of a long list and tells how many there are more', () => {
    const message = factsMessage(
      {
        ...nothing,
        newly_red: many(25, 'red'),
        already_red: many(11, 'old'),
        red_to_green: many(10, 'green'),
        flaky: many(12, 'flaky'),
        not_run: many(13, 'missing').map((id) => ({ id, why: 'x' })),
        tampering: many(500, 'path').map((path) => ({ path, what: 'x' })),
      },
      [],
      null,
    );
    expect(message).toContain('- red 10\n- and 15 more\n');
    expect(message).toContain('- old 10\n- and 1 more\n');
    expect(message).toContain('- green 10\n\n');
    expect(message).toContain('- flaky 10\n- and 2 more');
    expect(message).toContain('- missing 10: x\n- and 3 more\n');
    expect(message).toContain('- path 10: x\n- and 490 more\n');
    expect(message.length).toBeLessThan(2000);
  });

  it('cuts long messages and output, and shows nothing invisible', () => {
    const message = factsMessage(
      { ...nothing, newly_red: ['a\u202e'] },
      [failure('a\u202e', 'x'.repeat(50_000))],
      `\u001b[31m${'y'.repeat(50_000)}`,
    );
    expect(message.length).toBeLessThan(9000);
    expect(message).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('baselineMessage', () => {
  function run(statuses: Record<string, TestResult['status']>, problem: string | null = null): TestRun {
    const tests = new Map(
      Object.entries(statuses).map(([id, status]) => [id, { id, status, file: null } satisfies TestResult]),
    );
    return { tests, seconds: 1, problem, cutShort: false, output: '' };
  }

  it('counts the tests and says that none failed', () => {
    expect(baselineMessage(run({ a: 'passed', b: 'passed', c: 'skipped' }))).toBe(
      'For your information: the tests were run on the untouched repository. 2 passed, 0 failed, 1 were skipped.\nNone failed.',
    );
  });

  it('names those that failed before any change, thirty at most', () => {
    const failed = Object.fromEntries(many(40, 'broken').map((id) => [id, 'failed' as const]));
    const message = baselineMessage(run(failed));
    expect(message).toContain('These failed before any change:\n- broken 1\n');
    expect(message).toMatch(/- broken 30\n- and 10 more$/);
  });

  it('tells when the run was not complete', () => {
    expect(baselineMessage(run({}, 'it was stopped after 60 s'))).toContain(
      'The run was not complete: it was stopped after 60 s.',
    );
  });

  it('shows nothing invisible in the names of tests', () => {
    expect(baselineMessage(run({ 'a\u202eb\u001b[0m': 'failed' }))).not.toMatch(/[\u001b\u202e]/);
  });
});
