import { describe, expect, it } from 'vitest';
import type { TestResult, TestRun, TestSelection } from '../../../src/core/tests.ts';
import { runInTime } from '../../../src/run/prepare/long-baseline.ts';

const paths = ['a/test/one.test.js', 'a/test/two.test.js', 'b/test/three.test.js', 'src/a.js'];

function run(files: string[], seconds: number, cutShort = false): TestRun {
  const tests = files.map((file): TestResult => ({ id: `${file} > works`, status: 'passed', file }));
  return {
    tests: new Map(tests.map((test) => [test.id, test])),
    seconds,
    problem: cutShort ? `jest was stopped after ${seconds} s` : null,
    cutShort,
    output: '',
  };
}

/** Plays runs one after the other and takes note of what was asked for, and how long it might take. */
function player(...runs: TestRun[]) {
  const asked: [TestSelection, number][] = [];
  const test = async (selection: TestSelection, seconds: number) => {
    asked.push([selection, seconds]);
    return runs[asked.length - 1] as TestRun;
  };
  return { asked, test };
}

const relevant = async () => [['b/test/three.test.js'], ['a/test/two.test.js']];
const never = async () => Promise.reject(new Error('nobody needs to know'));

describe('the suite on the base', () => {
  it('runs whole where it ends in time, and nothing asks what is relevant', async () => {
    const { asked, test } = player(run(paths.slice(0, 3), 100));
    const ended = await runInTime(test, { paths, relevant: never }, { seconds: 900, wasLong: false });
    expect(asked).toEqual([['all', 900]]);
    expect(ended).toMatchObject({ isLong: false, run: { problem: null, cutShort: false } });
  });

  it('is followed by its relevant part where the time was up, and names what was not reached', async () => {
    const { asked, test } = player(run([], 900, true), run(['b/test/three.test.js'], 200), run([], 50));
    const ended = await runInTime(test, { paths, relevant }, { seconds: 900, wasLong: false });
    expect(asked).toEqual([
      ['all', 900],
      [{ files: ['b/test/three.test.js'] }, 300],
      [{ files: ['a/test/two.test.js'] }, 100],
    ]);
    expect(ended.isLong).toBe(true);
    expect([...ended.run.tests.keys()]).toEqual(['b/test/three.test.js > works']);
    expect(ended.run.problem).toBe(
      'jest was stopped after 900 s; 2 test files were not reached (a/test/one.test.js, a/test/two.test.js)',
    );
  });

  it('begins with its relevant part where it is known to be long, and the rest has what time is left', async () => {
    const { asked, test } = player(
      run(['b/test/three.test.js'], 200),
      run(['a/test/two.test.js'], 300),
      run(['a/test/one.test.js'], 400, true),
    );
    const ended = await runInTime(test, { paths, relevant }, { seconds: 900, wasLong: true });
    expect(asked.map(([, seconds]) => seconds)).toEqual([900, 700, 400]);
    expect(ended).toMatchObject({
      isLong: true,
      run: { seconds: 900, cutShort: true, problem: 'jest was stopped after 400 s' },
    });
    expect(ended.run.tests.size).toBe(3);
  });

  it('is not taken for a long one that broke down before its time was up', async () => {
    const { asked, test } = player(run(['a/test/one.test.js'], 100, true));
    const ended = await runInTime(test, { paths, relevant: never }, { seconds: 900, wasLong: false });
    expect(asked).toHaveLength(1);
    expect(ended.isLong).toBe(false);
  });
});
