import { describe, expect, it } from 'vitest';
import { planPython } from '../../../src/environment/python/plan-python.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const plan = (files: Record<string, string>) => planPython(repositoryFiles(files));
const installOf = async (files: Record<string, string>) => (await plan(files))?.install.slice(1, -1);

describe('planPython', () => {
  it('sees no Python project where there are only Python files', async () => {
    expect(await plan({ 'scripts/release.py': '', 'package.json': '{}' })).toBeNull();
  });

  it('makes a virtual environment first and has pytest in it at the end', async () => {
    const found = await plan({ 'requirements.txt': 'six' });
    expect(found?.install.at(0)).toContain('uv venv');
    expect(found?.install.at(-1)).toBe('uv pip install pytest');
    expect(found?.env.PATH?.startsWith(`${found.env.VIRTUAL_ENV}/bin:`)).toBe(true);
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
      'a directory of requirements',
      { 'requirements/test.txt': '', 'requirements/base.txt': '' },
      ['uv pip install --requirement requirements/test.txt'],
    ],
    [
      'extras for tests',
      { 'pyproject.toml': '[project]\nname = "a"\n[project.optional-dependencies]\ntest = []\nplot = []' },
      ["uv pip install --editable '.[test]'"],
    ],
    [
      'dependency groups',
      { 'pyproject.toml': '[project]\nname = "a"\n[dependency-groups]\ndev = []\ndocs = []' },
      ['uv pip install --editable .', 'uv pip install --group dev'],
    ],
  ])('installs %s', async (_what, files, install) => {
    expect(await installOf(files)).toEqual(install);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['the directory of the tests', { 'tests/test_a.py': '' }, ['tests']],
    ['what testpaths says', { 'tests/test_a.py': '', 'pytest.ini': '[pytest]\ntestpaths = src' }, []],
    [
      'what testpaths says in pyproject.toml',
      { 'tests/test_a.py': '', 'pyproject.toml': '[tool.pytest.ini_options]\ntestpaths = ["src"]' },
      [],
    ],
    ['everything where no directory is clear', { 'test_a.py': '' }, []],
  ])('runs %s', async (_what, files, targets) => {
    const found = await plan({ 'setup.py': '', ...files });
    expect(found?.tests).toEqual([{ runner: 'pytest', directory: '', options: [], targets, env: {} }]);
  });

  it('is prepared anew when a file changes that says what to install', async () => {
    const found = await plan({ 'pyproject.toml': '', 'requirements-dev.txt': '' });
    expect(found?.keyFiles).toEqual(
      expect.arrayContaining(['pyproject.toml', 'uv.lock', 'requirements-dev.txt']),
    );
  });

  it('says what to do about a pyproject.toml that is broken', async () => {
    await expect(plan({ 'pyproject.toml': '[project' })).rejects.toMatchObject({
      code: 'no_environment',
      message: expect.stringContaining('correct it, or give `install` and `test` in .github/ai-fix.yml'),
    });
  });
});
