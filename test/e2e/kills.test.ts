import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ScriptInput } from '../../src/demo/scripted-model/script.ts';
import { write } from '../support/fix.ts';
import { judge } from '../support/kills/judge.ts';
import { type Case, playCase } from '../support/kills/play-case.ts';
import type { Blow } from '../support/kills/record.ts';
import { type Rig, startRig } from '../support/kills/rig.ts';
import { fixedTotal, newTest } from '../support/sums.ts';

const bash = (command: string) => ({ calls: [{ name: 'bash', arguments: { command } }] });

let rig: Rig;
let clean: Case;
beforeAll(async () => {
  rig = await startRig();
  clean = await playCase(rig, 1);
});
afterAll(() => rig[Symbol.asyncDispose]());

const at = (place: Blow['at']['place'], when: Blow['at']['when'], call: string, number = 1): Blow => ({
  at: { place, call, number, when, about: '' },
  delayMs: 0,
});

/** How long it took is measured by the benchmark `kills`. */
function shown(killed: Case, blows: readonly Blow[]) {
  const { deaths, problems } = judge(killed, blows, clean);
  return { deaths, problems: problems.filter(({ check }) => check !== 'time') };
}

it('a process that is killed again and again at the ends of a run leaves what one without a kill leaves', async () => {
  const blows = [
    at('store', 'before', 'createRun'),
    at('github', 'applied', 'POST issues/N/comments'),
    at('store', 'before', 'releaseRun'),
    at('store', 'before', 'endRun'),
  ];
  const killed = await playCase(rig, 1, blows);
  expect(shown(killed, blows)).toEqual({ deaths: blows.length, problems: [] });
});

it('a run that is killed amid an answer of the model and before its pull request is known goes on where it was', async () => {
  const blows = [at('model', 'middle', 'request'), at('github', 'applied', 'POST pulls')];
  const killed = await playCase(rig, 1, blows);
  expect(shown(killed, blows)).toEqual({ deaths: blows.length, problems: [] });
});

it('a run that is killed twice within its second attempt goes on in it, and takes what it proves', async () => {
  const source = bash(write('lib/total.js', fixedTotal));
  const withTest = bash(`cat >> test/total.test.js <<'END'${newTest}END`);
  const script: ScriptInput = {
    conversations: [
      { attempt: 1, turns: [source, { content: 'Done.' }] },
      { attempt: 2, turns: [bash('git status --short'), source, withTest, { content: 'Done.' }] },
    ],
  };
  await using other = await startRig({ script, files: { '.github/ai-fix.yml': 'attempts: 2\n' } });
  // three requests of the first attempt, then the second's; numbers count from the kill before
  const blows = [at('model', 'middle', 'request', 6), at('model', 'sent', 'request', 2)];
  const killed = await playCase(other, 1, blows);
  expect(killed.deaths).toHaveLength(blows.length);
  expect(killed.residue).toEqual([]);
  expect(killed.ends).toMatchObject([{ end: { outcome: 'proven' } }]);
  expect(killed.views).toMatchObject([{ branches: 1, pulls: [{ state: 'open', draft: true }] }]);

  const histories = (killed.requests[0] ?? []).map((body) => JSON.stringify(JSON.parse(body).messages));
  const openings = histories.filter((history) => !history.includes('"role":"assistant"'));
  expect(openings).toHaveLength(2);
  expect(openings[1]).toBe(openings[0]);
  const second = histories.slice(histories.lastIndexOf(openings[1] ?? ''));
  for (const [index, history] of second.slice(1).entries())
    expect(history.startsWith(second[index]?.slice(0, -1) ?? 'nothing')).toBe(true);
});
