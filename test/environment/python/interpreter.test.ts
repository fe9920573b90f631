import { describe, expect, it } from 'vitest';
import { chooseInterpreter } from '../../../src/environment/python/interpreter.ts';

const now = new Date('2026-11-26');
const choose = (committed: string, requires: string | null = null, declared: string[] = []) =>
  chooseInterpreter({ requires, declared, committedAt: new Date(committed) }, now);

describe('chooseInterpreter', () => {
  it.each<[string, string, string | null, string[], string]>([
    [
      'what the sandbox has for code of today',
      '2026-11-01',
      '>=3.9',
      ['3.9', '3.10', '3.11', '3.14'],
      '3.11',
    ],
    ['what the sandbox has where nothing is said', '2026-11-01', null, [], '3.11'],
    ['an older one for old code', '2017-07-26', null, ['3.5', '3.6'], '3.9'],
    ['an older one for old code with a range that no parser takes', '2019-11-13', '>=3.5.*', [], '3.9'],
    ['a newer one for old code that asks for it', '2022-06-01', '>=3.10', [], '3.11'],
    ['an older one where a newer is forbidden', '2024-05-01', '>=3.8,<3.10', [], '3.9'],
    ['a newer one where what the sandbox has is forbidden', '2026-08-01', '>=3.12', [], '3.13'],
    ['a newer one where only newer ones are named', '2026-08-01', null, ['3.12', '3.14'], '3.13'],
    ['exactly what is asked for where nothing else is allowed', '2024-05-01', '~=3.12.0', [], '3.12'],
    ['what is declared before what is not', '2023-05-01', '>=3.7', ['3.7', '3.8', '3.9', '3.10'], '3.9'],
    ['what the sandbox has for a range that nobody can read', '2026-11-01', 'about three', [], '3.11'],
  ])('takes %s', (_what, committed, requires, declared, version) => {
    expect(choose(committed, requires, declared).version).toBe(version);
  });

  it('sets the system up only where the sandbox has not what is needed', () => {
    expect(choose('2026-11-01').setup).toEqual([]);
    expect(choose('2017-07-26').setup).toEqual(['bash /opt/ai-fix/tools/install-python.sh 3.9']);
  });

  it.each<[string, string, string | null]>([
    ['as they are now for code of today', '2026-10-01', null],
    ['of the months after an older commit', '2024-05-17', '2024-07-01'],
    ['of the next year for a commit of December', '2024-12-31', '2025-02-01'],
    ['from which on its Python was usable', '2012-02-26', '2021-03-01'],
  ])('takes packages %s', (_what, committed, date) => {
    expect(choose(committed).packagesBefore).toBe(date);
  });

  it('shares an environment between neighbouring commits', () => {
    expect(choose('2024-05-02')).toEqual(choose('2024-05-30'));
  });
});
