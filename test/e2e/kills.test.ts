import { afterAll, beforeAll, expect, it } from 'vitest';
import { judge } from '../support/kills/judge.ts';
import { type Case, playCase } from '../support/kills/play-case.ts';
import type { Blow } from '../support/kills/record.ts';
import { type Rig, startRig } from '../support/kills/rig.ts';

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
