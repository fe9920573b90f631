import { describe, expect, it } from 'vitest';
import { configPath, readRepositoryConfig } from '../../src/environment/repository-config.ts';
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
    ['has an empty command', "test: ''", /test: /],
    ['has a directory outside', 'working_directory: ../other', /working_directory: must be a path inside/],
    ['has an absolute directory', 'working_directory: /etc', /working_directory: must be a path inside/],
    ['has a variable that is no name', "env:\n  'A B': 1", /env\.A B: .*/],
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
