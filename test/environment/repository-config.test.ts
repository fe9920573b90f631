import { describe, expect, it } from 'vitest';
import {
  configPath,
  mergeConfigs,
  parseOrganisationConfig,
  readRepositoryConfig,
} from '../../src/environment/repository-config.ts';
import { repositoryFiles } from '../support/repository-files.ts';

const read = (text: string) => readRepositoryConfig(repositoryFiles({ [configPath]: text }));

describe('.github/ai-fix.yml', () => {
  it.each(['', '# nothing yet\n', '{}'])('says nothing when it is %j', async (text) => {
    expect(await read(text)).toEqual({});
  });

  it('need not be there', async () => {
    expect(await readRepositoryConfig(repositoryFiles({}))).toEqual({});
  });

  it('takes one command or many', async () => {
    expect(await read('install: make deps\ntest:\n  - make a\n  - make b\n')).toEqual({
      install: ['make deps'],
      test: ['make a', 'make b'],
    });
  });

  it('takes variables of any plain kind as text', async () => {
    expect(await read('env:\n  CI: true\n  RETRIES: 3\n  NAME: x\n')).toEqual({
      env: { CI: 'true', RETRIES: '3', NAME: 'x' },
    });
  });

  it.each([
    ['is no YAML', 'install: [', /is not valid YAML/],
    ['has a key that there is not', 'instal: make', /has mistakes:\n.*instal/],
    [
      'has a key that there is not, with those that there are',
      'tests: make',
      /no key `tests`; .*setup, .*test,/,
    ],
    ['has a number for a command', 'setup: 3', /setup: must be a command, or a list of commands/],
    ['has an empty command', "test: ''", /test: /],
    ['has a directory outside', 'working_directory: ../other', /working_directory: must be a path inside/],
    ['has an absolute directory', 'working_directory: /etc', /working_directory: must be a path inside/],
    ['has a variable that is no name', "env:\n  'A B': 1", /env\.A B: .*/],
    ['asks for no attempt', 'attempts: 0', /attempts: must be a whole number from 1 to 10/],
    ['asks for half an attempt', 'attempts: 1.5', /attempts: must be a whole number from 1 to 10/],
    ['asks for attempts in words', 'attempts: two', /attempts: must be a whole number from 1 to 10/],
    ['asks for too many attempts', 'attempts: 11', /attempts: must be a whole number from 1 to 10/],
    [
      'has an effort that there is not',
      'escalation_effort: hard',
      /escalation_effort: must be one of low, high, max/,
    ],
    ['is a list', '- install', /the file: /],
  ])('that %s is refused in words', async (_what, text, words) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringMatching(words),
    });
  });

  it('tells every mistake at once', async () => {
    await expect(read("test: ''\nworking_directory: /\nfoo: 1")).rejects.toThrow(
      /test: .*\n.*working_directory: .*\n.*foo/s,
    );
  });
});

describe('an organisation’s configuration', () => {
  const organisation = parseOrganisationConfig(
    'model: deepseek-flash\nbudget_usd: 1\nprotected_paths: [infra/**]\nenv: { CI: 1, A: a }\nlocked: [budget_usd]\n',
  );

  it('holds where a repository says nothing', () => {
    expect(mergeConfigs(organisation, {})).toEqual({
      model: 'deepseek-flash',
      budget_usd: 1,
      protected_paths: ['infra/**'],
      env: { CI: '1', A: 'a' },
    });
  });

  it('gives way to the repository, but for what it locks', () => {
    const merged = mergeConfigs(organisation, { model: 'deepseek-v4-pro', budget_usd: 50 });
    expect(merged).toMatchObject({ model: 'deepseek-v4-pro', budget_usd: 1 });
  });

  it('adds its protected paths and variables to the repository’s', () => {
    const merged = mergeConfigs(organisation, { protected_paths: ['db/**'], env: { A: 'b' } });
    expect(merged.protected_paths).toEqual(['infra/**', 'db/**']);
    expect(merged.env).toEqual({ CI: '1', A: 'b' });
  });

  it('may lock only fields that there are', () => {
    expect(() => parseOrganisationConfig('locked: [budget]')).toThrow(/locked\.0: /);
  });
});
