import { describe, expect, it } from 'vitest';
import type { TestResult, TestRun, TestSelection, TestStatus } from '../../../src/core/tests.ts';
import { findFlaky } from '../../../src/run/prepare/find-flaky.ts';

function run(
  statuses: Record<string, TestStatus>,
  seconds = 10,
  file: (id: string) => string | null = fileOf,
): TestRun {
  const tests = Object.entries(statuses).map(([id, status]): TestResult => ({ id, status, file: file(id) }));
  return {
    tests: new Map(tests.map((test) => [test.id, test])),
    seconds,
    problem: null,
    cutShort: false,
    output: '',
  };
}

function fileOf(id: string): string {
  return id.split(' > ')[0] as string;
}

/** Plays runs one after the other and takes note of what was asked for. */
function player(...runs: TestRun[]) {
  const asked: TestSelection[] = [];
  const test = async (selection: TestSelection) => {
    asked.push(selection);
    return runs[asked.length - 1] as TestRun;
  };
  return { asked, test };
}

describe('findFlaky', () => {
  it('names those that fail first and pass when they are repeated, and repeats no others', async () => {
    const whole = run({ 'a > x': 'failed', 'a > y': 'error', 'b > z': 'failed', 'c > fine': 'passed' });
    const { asked, test } = player(
      run({ 'a > x': 'passed', 'a > y': 'failed', 'b > z': 'failed' }),
      run({ 'a > y': 'passed', 'b > z': 'failed' }),
    );
    expect(await findFlaky(whole, test)).toEqual(['a > x', 'a > y']);
    expect(asked).toEqual([{ files: ['a', 'b'] }, { files: ['a', 'b'] }]);
  });

  it('repeats nothing where nothing failed, nor what could not be loaded', async () => {
    const { asked, test } = player();
    expect(await findFlaky(run({ 'a > x': 'passed', b: 'error' }), test)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('stops when the repetitions take longer than two whole runs', async () => {
    const { asked, test } = player(run({ 'a > x': 'failed' }, 40), run({ 'a > x': 'passed' }));
    expect(await findFlaky(run({ 'a > x': 'failed' }, 20), test)).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('repeats also where the whole suite takes no time to speak of', async () => {
    const { test } = player(run({ 'a > x': 'passed' }, 3));
    expect(await findFlaky(run({ 'a > x': 'failed' }, 0.2), test)).toEqual(['a > x']);
  });

  it('runs all again where files are not told, if that is quick', async () => {
    const whole = (seconds: number) => run({ x: 'failed' }, seconds, () => null);
    const quick = player(run({ x: 'passed' }));
    expect(await findFlaky(whole(10), quick.test)).toEqual(['x']);
    expect(quick.asked).toEqual(['all']);
    const slow = player(run({ x: 'passed' }));
    expect(await findFlaky(whole(100), slow.test)).toEqual([]);
    expect(slow.asked).toEqual([]);
  });
});
