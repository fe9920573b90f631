import { describe, expect, it } from 'vitest';
import { planPython } from '../../../src/environment/python/plan-python.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const plan = (files: Record<string, string>, committed = new Date()) =>
  planPython(repositoryFiles(files, committed));
const installOf = async (files: Record<string, string>) => (await plan(files))?.install.slice(1);
const testsOf = async (files: Record<string, string>) => (await plan(files))?.tests;
const pytest = { runner: 'pytest', directory: '', options: [], targets: [], env: {} };

describe('planPython', () => {
  it('sees no Python project where there are only Python files', async () => {
    expect(await plan({ 'scripts/release.py': '', 'package.json': '{}' })).toBeNull();
  });

  it('makes a virtual environment first and has pytest in it at the end', async () => {
    const found = await plan({ 'requirements.txt': 'six' });
    expect(found?.install.at(0)).toBe('uv venv --seed --quiet --python 3.11 /home/agent/venv');
    expect(found?.install.at(-1)).toBe('uv pip install pytest');
    expect(found?.env.PATH?.startsWith(`${found.env.VIRTUAL_ENV}/bin:`)).toBe(true);
  });

  it('takes from nox how the tests run, where no tox does', async () => {
    const noxfile = `@nox.session
def tests(session):
    session.install("-e", ".", "freezegun")
    session.run("pytest", "--strict-markers", "checks/")
`;
    const files = { 'setup.py': '', 'noxfile.py': noxfile, 'checks/test_a.py': '', 'own/test_b.py': '' };
    expect(await testsOf(files)).toEqual([
      { ...pytest, options: ['--strict-markers'], targets: ['checks/'] },
    ]);
    expect((await installOf(files))?.join('\n')).toContain('freezegun');
    expect(await testsOf({ ...files, 'tox.ini': '[testenv]\ncommands = pytest own\n' })).toEqual([
      { ...pytest, targets: ['own'] },
    ]);
  });

  it('gives old code an old Python and packages of its time', async () => {
    const found = await plan({ 'setup.py': '' }, new Date('2017-07-26'));
    expect(found).toMatchObject({
      summary: 'Python 3.9, uv, packages from before 2021-03-01, pytest',
      setup: ['bash /opt/ai-fix/tools/install-python.sh 3.9'],
    });
    expect(found?.install).toContainEqual(
      expect.stringMatching(/^uv pip install --exclude-newer 2021-03-01 (.* )?--editable \.$/),
    );
  });

  it('looks whether pytest starts where packages are of long ago', async () => {
    const found = await plan({ 'setup.py': '' }, new Date('2016-01-30'));
    expect(found?.install.at(-1)).toMatch(/^UV_EXCLUDE_NEWER=2021-03-01 .*python -m pytest .* --version$/);
    expect((await installOf({ 'setup.py': '' }))?.at(-1)).not.toContain('--version');
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['setup.py', { 'setup.py': '' }, ['uv pip install --editable .']],
    ['a project table', { 'pyproject.toml': '[project]\nname = "a"' }, ['uv pip install --editable .']],
    [
      'a build system',
      { 'pyproject.toml': '[build-system]\nrequires = []' },
      ['uv pip install --editable .'],
    ],
    [
      'metadata in setup.cfg',
      { 'pyproject.toml': '', 'setup.cfg': '[metadata]\nname = a' },
      ['uv pip install --editable .'],
    ],
    ['settings of tools alone', { 'pyproject.toml': '[tool.black]\nline-length = 100' }, []],
    ['requirements', { 'requirements.txt': '' }, ['uv pip install --requirement requirements.txt']],
    [
      'a package and requirements for its tests',
      { 'setup.py': '', 'requirements.txt': '', 'requirements-dev.txt': '', 'docs-requirements.txt': '' },
      ['uv pip install --editable .', 'uv pip install --requirement requirements-dev.txt'],
    ],
    [
      'requirements for tests rather than for all development',
      {
        'setup.py': '',
        'requirements/dev.txt': '',
        'requirements/tests.txt': '',
        'examples/x/requirements.txt': '',
      },
      ['uv pip install --editable .', 'uv pip install --requirement requirements/tests.txt'],
    ],
    [
      'plain requirements that are for tests as well',
      { 'setup.py': '', 'requirements.txt': '-e .[all]\npytest' },
      ['uv pip install --editable .', 'uv pip install --requirement requirements.txt'],
    ],
    [
      'extras for tests',
      { 'pyproject.toml': '[project]\nname = "a"\n[project.optional-dependencies]\ntest = []\nplot = []' },
      ["uv pip install --editable '.[test]'"],
    ],
    [
      'extras of setup.py and setup.cfg',
      {
        'setup.py': "setup(extras_require={'tests': ['six'], 'docs': []})",
        'setup.cfg': '[options.extras_require]\ntesting =\n  six\n',
      },
      ["uv pip install --editable '.[testing,tests]'"],
    ],
    [
      'dependency groups',
      { 'pyproject.toml': '[project]\nname = "a"\n[dependency-groups]\ndev = []\ndocs = []' },
      ['uv pip install --editable .', 'uv pip install --group dev'],
    ],
    [
      'what uv.lock names',
      {
        'pyproject.toml': '[project]\nname = "a"\n[dependency-groups]\ntests = []',
        'uv.lock': '',
        'requirements-dev.txt': '',
      },
      ['UV_PROJECT_ENVIRONMENT=/home/agent/venv uv sync --frozen --inexact --group tests'],
    ],
    [
      'what poetry.lock names',
      {
        'pyproject.toml': '[tool.poetry]\nname = "a"\n[tool.poetry.dev-dependencies]\nsix = "^1"',
        'poetry.lock': '',
      },
      [
        'python3 /opt/ai-fix/tools/lock-constraints.py poetry.lock > ~/.locked.txt',
        'uv pip install --constraints ~/.locked.txt --editable .',
        "uv pip install --constraints ~/.locked.txt 'six>=1,<2' pytest",
      ],
    ],
    [
      'environments of hatch and groups of PDM',
      {
        'pyproject.toml':
          '[project]\nname = "a"\n[tool.hatch.envs.test]\ndependencies = ["six"]\n[tool.pdm.dev-dependencies]\ntest = ["idna"]',
      },
      ['uv pip install --editable .', 'uv pip install six idna pytest'],
    ],
    [
      'tests_require',
      { 'setup.py': 'setup(tests_require=["six>=1", "idna"])' },
      ['uv pip install --editable .', "uv pip install 'six>=1' idna pytest"],
    ],
    [
      'what tox names',
      {
        'setup.py': '',
        'tox.ini': '[testenv]\ndeps =\n  -rreqs.txt\n  six\n  -e .',
        'reqs.txt': '',
        'requirements-dev.txt': '',
      },
      ['uv pip install --editable .', 'uv pip install --requirement reqs.txt', 'uv pip install six pytest'],
    ],
    [
      'plugins that the configuration of pytest demands',
      { 'setup.py': '', 'pytest.ini': '[pytest]\naddopts = --cov=a -n auto\nasyncio_mode = auto' },
      ['uv pip install --editable .', 'uv pip install pytest pytest-cov pytest-xdist pytest-asyncio'],
    ],
    [
      'packages for tests that the tests import',
      {
        'setup.py': '',
        'tests/test_a.py': 'import mock\nfrom freezegun import freeze_time\ndef test_b(mocker): pass',
      },
      ['uv pip install --editable .', 'uv pip install pytest freezegun mock pytest-mock'],
    ],
    [
      'what extension modules are built with',
      {
        'setup.py': 'setup(ext_modules=[Extension("a", ["a.c"])])',
        'a.c': '',
        'pyproject.toml': '[build-system]\nrequires = ["setuptools", "Cython"]',
      },
      ['uv pip install setuptools Cython', 'uv pip install --editable .'],
    ],
    [
      'a version that git has in a tag, from the changelog',
      {
        'pyproject.toml': '[project]\nname = "a"\n[build-system]\nrequires = ["setuptools-scm"]',
        'CHANGES.md': '# Changes\n\n## Unreleased\n- works with x 9.9\n\n## v2.10.1 (2024)\n',
      },
      [
        'SETUPTOOLS_SCM_PRETEND_VERSION=2.10.1 PBR_VERSION=2.10.1 PDM_BUILD_SCM_VERSION=2.10.1 POETRY_DYNAMIC_VERSIONING_BYPASS=2.10.1 UV_DYNAMIC_VERSIONING_BYPASS=2.10.1 uv pip install --editable .',
      ],
    ],
  ])('installs %s', async (_what, files, install) => {
    const found = (await installOf(files)) ?? [];
    expect(
      found.filter(
        (command) =>
          (command !== 'uv pip install pytest' && !/ pytest$/.test(command)) || install.includes(command),
      ),
    ).toEqual(install);
  });

  it.each<[string, Record<string, string>, object]>([
    ['the directory of the tests', { 'tests/test_a.py': '' }, { targets: ['tests'] }],
    ['what testpaths says', { 'tests/test_a.py': '', 'pytest.ini': '[pytest]\ntestpaths = src' }, {}],
    [
      'what testpaths says in pyproject.toml',
      { 'tests/test_a.py': '', 'pyproject.toml': '[tool.pytest.ini_options]\ntestpaths = ["src"]' },
      {},
    ],
    ['everything where no directory is clear', { 'test_a.py': '' }, {}],
    [
      'everything where most tests lie elsewhere',
      { 'tests/test_a.py': '', 'a/tests/test_b.py': '', 'a/tests/test_c.py': '' },
      {},
    ],
    [
      'what tox runs, without what is for reports',
      {
        'unit/test_a.py': '',
        'tox.ini': '[testenv]\ncommands = pytest -v --cov a -p no:doctest unit nowhere\nsetenv = A=1',
      },
      { options: ['-p', 'no:doctest'], targets: ['unit'], env: { A: '1' } },
    ],
    [
      'all suites that tox runs',
      { 'a/test_a.py': '', 'b/test_a.py': '', 'tox.ini': '[testenv]\ncommands =\n  pytest a\n  pytest b' },
      { targets: ['a'] },
    ],
    [
      'unittest where CI runs it',
      {
        'tests/test_a.py': 'import unittest',
        '.github/workflows/ci.yml':
          'jobs:\n  a:\n    steps:\n      - run: |\n          pip install .\n          python -m unittest discover -s tests',
      },
      { runner: 'unittest', options: ['-s', 'tests'] },
    ],
    [
      'pytest where unittest would not understand the tests',
      { 'tests/test_a.py': 'import pytest', Makefile: 'test: x\n\tpython -m unittest discover\n' },
      { targets: ['tests'] },
    ],
    [
      "Django's runner in a project of Django's",
      { 'site/manage.py': '', 'site/shop/tests.py': 'from django.test import TestCase' },
      { runner: 'django', directory: 'site', options: ['manage.py', 'test'] },
    ],
    [
      'pytest in a project of Django’s that is set up for it',
      {
        'manage.py': '',
        'shop/tests.py': 'from django.test import TestCase',
        'pytest.ini': '[pytest]\nDJANGO_SETTINGS_MODULE = a',
      },
      {},
    ],
    [
      'a script that starts pytest, by pytest',
      {
        'runtests.py': 'import pytest',
        'tests/test_a.py': '',
        'tox.ini': '[testenv]\ncommands = python runtests.py --fast',
      },
      { targets: ['tests'] },
    ],
  ])('runs %s', async (_what, files, test) => {
    expect((await testsOf({ 'setup.py': '', ...files }))?.[0]).toEqual({ ...pytest, ...test });
  });

  it('is prepared anew when a file changes that says what to install', async () => {
    const found = await plan({ 'pyproject.toml': '', 'requirements-dev.txt': '' });
    expect(found?.keyFiles).toEqual(
      expect.arrayContaining(['pyproject.toml', 'uv.lock', 'tox.ini', 'requirements-dev.txt']),
    );
  });

  it('builds extension modules again before every run', async () => {
    const found = await plan({ 'setup.py': 'setup(ext_modules=[])', 'a.pyx': '' });
    expect(found?.build).toEqual(['python setup.py --quiet build_ext --inplace']);
  });

  it('says what to do about a pyproject.toml that is broken', async () => {
    await expect(plan({ 'pyproject.toml': '[project' })).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringContaining('correct it, or give `install` and `test` in .github/ai-fix.yml'),
    });
  });
});
