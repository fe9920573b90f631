import { beforeAll, describe, expect, it } from 'vitest';
import { type Played, playScripts } from '../../bench/github-faults/play.ts';
import { faultScripts } from '../../bench/github-faults/scripts.ts';

/** One for each kind of fault; `npm run bench -- github-faults` plays all. */
const names = [
  'status comment then reset',
  'pull request then 502',
  'lost branch that reads do not show',
  'a branch that pull requests do not see yet',
  'no permission to comment',
  'a rule against branches',
  'a primary limit for the tree',
  'a primary limit for the last status',
  'a repository that is renamed',
  'a repository that is deleted',
  'an App that is uninstalled unheard',
];

describe('a fault of GitHub', () => {
  let played: Played[];
  beforeAll(async () => {
    played = await playScripts(faultScripts.filter(({ name }) => names.includes(name)));
  }, 300_000);

  it.each(names)('leaves one of each, and the right words: %s', (name) => {
    expect(played.find((one) => one.name === name)?.wrong).toEqual([]);
  });
});

it('has a script of its own name each, at least forty', () => {
  expect(new Set(faultScripts.map(({ name }) => name)).size).toBe(faultScripts.length);
  expect(faultScripts.length).toBeGreaterThanOrEqual(40);
});
