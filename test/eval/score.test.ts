import { describe, expect, it } from 'vitest';
import type { TestRun, TestSelection, TestStatus } from '../../src/core/tests.ts';
import { score } from '../../src/eval/score.ts';

type Results = Record<string, TestStatus>;

const runOf = (results: Results, problem: string | null = null): TestRun => ({
  tests: new Map(Object.entries(results).map(([id, status]) => [id, { id, status, file: null }])),
  seconds: 1,
  problem,
  cutShort: false,
  output: '',
});

/** Runs that give these results, one after the other; the last one again and again. */
function play(...runs: Results[]) {
  const selections: TestSelection[] = [];
  return {
    selections,
    async run(selection: TestSelection) {
      selections.push(selection);
      return runOf(runs[Math.min(selections.length, runs.length) - 1] ?? {});
    },
  };
}

const names = { FAIL_TO_PASS: ['fixed'], PASS_TO_PASS: ['stays'] };
const green: Results = { fixed: 'passed', stays: 'passed' };
const red: Results = { fixed: 'failed', stays: 'passed' };

const scoreOf = (patched: Results[], others: { fixed?: Results; base?: Results; gold?: true } = {}) => {
  const runs = {
    patched: play(...patched),
    fixed: play(others.fixed ?? green),
    base: play(others.base ?? red),
  };
  return score(names, 'all', {
    patched: runs.patched.run,
    fixed: others.gold ? null : runs.fixed.run,
    base: runs.base.run,
  });
};

describe('by names', () => {
  it('a patch resolves when what must turn green does and the rest stays so', async () => {
    expect(await scoreOf([green])).toMatchObject({
      resolved: true,
      rule: 'names',
      fail_to_pass: { passed: 1, failed: [] },
      pass_to_pass: { passed: 1, failed: [] },
    });
  });

  it('what must turn green and fails twice is told by name', async () => {
    expect(await scoreOf([red])).toMatchObject({
      resolved: false,
      why: expect.stringContaining('"fixed"'),
      fail_to_pass: { failed: ['fixed'] },
    });
  });

  it('one failure that is not repeated does not count', async () => {
    expect(await scoreOf([{ ...green, stays: 'failed' }, green])).toMatchObject({ resolved: true });
  });

  it('what must stay green and fails blocks', async () => {
    expect(await scoreOf([{ ...green, stays: 'failed' }])).toMatchObject({
      resolved: false,
      pass_to_pass: { failed: ['stays'] },
    });
  });

  it('but not where it fails here without any patch', async () => {
    const base: Results = { fixed: 'failed', stays: 'failed' };
    expect(await scoreOf([{ ...green, stays: 'failed' }], { base })).toMatchObject({
      resolved: true,
      pass_to_pass: { failed: [], already_red: 1 },
    });
  });

  it('a test that the true fix makes run and the patch does not has failed', async () => {
    expect(await scoreOf([{ fixed: 'passed' }])).toMatchObject({
      resolved: false,
      pass_to_pass: { failed: ['stays'], unknown: 0 },
    });
    expect(await scoreOf([{ stays: 'passed' }])).toMatchObject({ fail_to_pass: { failed: ['fixed'] } });
  });

  it('a name that the true fix does not bring forth either tells nothing', async () => {
    expect(await scoreOf([{ fixed: 'passed' }], { fixed: { fixed: 'passed' } })).toMatchObject({
      resolved: true,
      pass_to_pass: { passed: 0, unknown: 1 },
    });
  });

  it('a skipped test is not green', async () => {
    expect(await scoreOf([{ ...green, fixed: 'skipped' }])).toMatchObject({ resolved: false });
  });

  it('a run without results resolves nothing', async () => {
    const run = async () => runOf({}, 'the build step `make` ended with exit code 2');
    const scored = await score(names, 'all', { patched: run, fixed: run, base: run });
    expect(scored).toMatchObject({ resolved: false, why: expect.stringContaining('make') });
  });
});

describe('where no name is found', () => {
  const here: Results = { 'a > new': 'passed', 'a > old': 'passed' };
  const before: Results = { 'a > new': 'failed', 'a > old': 'passed' };

  it('the tests that really go from red to green with the true fix decide', async () => {
    expect(await scoreOf([here], { fixed: here, base: before })).toMatchObject({
      resolved: true,
      rule: 'runs',
      fail_to_pass: { passed: 1 },
      pass_to_pass: { passed: 1 },
    });
    expect(await scoreOf([before], { fixed: here, base: before })).toMatchObject({
      resolved: false,
      rule: 'runs',
      fail_to_pass: { failed: ['a > new'] },
    });
  });

  it('and the true fix itself has to turn one green', async () => {
    expect(await scoreOf([here], { base: before, gold: true })).toMatchObject({
      resolved: true,
      rule: 'runs',
    });
    expect(await scoreOf([here], { base: here, gold: true })).toMatchObject({
      resolved: false,
      why: 'no hidden test fails without the true fix and passes with it',
    });
  });
});

describe('what runs', () => {
  it('all tests decide where the file that was changed only holds cases for another one', async () => {
    const alone: Results = { 'cases.js': 'passed' };
    const runs = {
      patched: play(alone, { ...alone, 'run.js': 'passed' }),
      base: play(alone, { ...alone, 'run.js': 'failed' }),
    };
    const scored = await score(
      { FAIL_TO_PASS: [], PASS_TO_PASS: [] },
      { files: ['cases.js'] },
      { patched: runs.patched.run, fixed: null, base: runs.base.run },
    );
    expect(scored).toMatchObject({ resolved: true, rule: 'runs', fail_to_pass: { passed: 1 } });
    expect(runs.patched.selections).toEqual([{ files: ['cases.js'] }, 'all']);
  });

  const scoreNarrow = async (...patched: Results[]) => {
    const { run, selections } = play(...patched);
    const scored = await score(names, { files: ['a.test.js'] }, { patched: run, fixed: null, base: run });
    return { scored, selections };
  };

  it('is the narrow selection where that has all names', async () => {
    const { scored, selections } = await scoreNarrow(green);
    expect(scored.resolved).toBe(true);
    expect(selections).toEqual([{ files: ['a.test.js'] }]);
  });

  it('and everything where it has not', async () => {
    const { scored, selections } = await scoreNarrow({ stays: 'passed' }, green);
    expect(scored.resolved).toBe(true);
    expect(selections).toEqual([{ files: ['a.test.js'] }, 'all']);
  });
});
