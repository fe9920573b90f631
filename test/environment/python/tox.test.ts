import { describe, expect, it } from 'vitest';
import { readProject } from '../../../src/environment/python/project.ts';
import { readTox } from '../../../src/environment/python/tox.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

async function read(texts: Record<string, string>, version = '3.11') {
  return readTox(await readProject(repositoryFiles(texts)), version);
}

const ini = `
[tox]
envlist = lint, py{39,311}-django{32,42,main}-{sqlite,postgres}
          docs
[base]
extra = mock
[testenv]
changedir = tests
extras = test, cov
setenv =
    DJANGO_SETTINGS_MODULE = tests.settings
    PYTHONPATH = {toxinidir}
    postgres: DB = postgres
deps =
    -rrequirements/tests.txt
    django32: Django>=3.2,<3.3
    django42: Django>=4.2,<5  # the last
    !django32: tzdata
    py39,py311: parameterized
    {[base]extra}
commands =
    - python -m coverage erase
    python -m coverage run \\
      -m pytest {posargs:unit}
[testenv:lint]
deps = flake8
`;

describe('readTox', () => {
  it('takes the environment for this Python that needs no service and no development version', async () => {
    expect(await read({ 'tox.ini': ini })).toEqual({
      deps: ['-r requirements/tests.txt', 'Django>=4.2,<5', 'tzdata', 'parameterized', 'mock'],
      extras: ['test', 'cov'],
      groups: [],
      commands: ['python -m coverage erase', 'python -m coverage run  -m pytest unit'],
      variables: { DJANGO_SETTINGS_MODULE: 'tests.settings' },
      directory: 'tests',
    });
  });

  it.each<[string, string, string, string[]]>([
    ['the plain one before its variants', 'envlist = py39-xdist, py39, py39-cov', '3.9', ['for the plain']],
    ['one for another Python where there is none for this', 'envlist = py27, py36', '3.9', ['for 3.6']],
    [
      'one that is named for tests where none is named for a Python',
      'envlist = docs, unit',
      '3.9',
      ['for unit'],
    ],
    ['what all have where no list names one', 'skipsdist = true', '3.9', ['for all']],
  ])('takes %s', async (_what, list, version, deps) => {
    const sections =
      '[testenv:unit]\ndeps = for unit\n[testenv:py36]\ndeps = for 3.6\n[testenv:py39]\ndeps = for the plain';
    const found = await read(
      { 'tox.ini': `[tox]\n${list}\n[testenv]\ncommands = pytest\ndeps = for all\n${sections}` },
      version,
    );
    expect(found.deps).toEqual(deps);
  });

  it.each<[string, Record<string, string>]>([
    [
      'in setup.cfg',
      { 'setup.cfg': '[tox:tox]\nenvlist = py311\n[testenv]\ndeps = a\ncommands = pytest -q' },
    ],
    [
      'as an ini in pyproject.toml',
      {
        'pyproject.toml': `[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ndeps = a\ncommands = pytest -q\n"""`,
      },
    ],
    [
      'as tables in pyproject.toml',
      { 'pyproject.toml': '[tool.tox.env_run_base]\ndeps = ["a"]\ncommands = [["pytest", "-q"]]' },
    ],
  ])('reads what is set up %s', async (_where, texts) => {
    expect(await read(texts)).toMatchObject({ deps: ['a'], commands: ['pytest -q'] });
  });

  it('finds nothing where tox is not used', async () => {
    expect(await read({ 'setup.cfg': '[metadata]\nname = a' })).toMatchObject({ deps: [], commands: [] });
  });
});
