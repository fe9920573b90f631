import { describe, expect, it } from 'vitest';
import { planPython } from '../../../src/environment/python/plan-python.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const plan = (files: Record<string, string>) => planPython(repositoryFiles(files));
const two = 'Programming Language :: Python :: 2.7';

describe('a project for Python 2', () => {
  it.each<[string, Record<string, string>]>([
    ['asks for it', { 'setup.py': "setup(python_requires='>=2.6, <3')" }],
    [
      'asks for it in the words of Poetry',
      { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "^2.7"\n' },
    ],
    ['asks for one version', { 'setup.cfg': '[options]\npython_requires = ==2.7.*\n' }],
    [
      'is written in its syntax',
      { 'setup.py': `setup(classifiers=['${two}'])`, 'tests/test_a.py': 'def test():\n    print "a"\n' },
    ],
    [
      'catches errors as Python 2 does',
      { 'setup.py': `'${two}'\ntry: pass\nexcept ValueError, e:\n  pass\n` },
    ],
  ])('that %s is refused in words that help', async (_how, files) => {
    await expect(plan(files)).rejects.toThrow(/for Python 2 .*under `image`/);
  });

  it.each<[string, Record<string, string>]>([
    ['both', { 'setup.py': "setup(python_requires='>=2.7')" }],
    [
      'both by its classifiers',
      { 'setup.py': `'${two}', 'Programming Language :: Python :: 3'\nprint "a"\n` },
    ],
    ['both by what tests it', { 'setup.py': `'${two}'`, 'tox.ini': '[tox]\nenvlist = py27, py36\n' }],
    ['2, as it says, that 3 may run too', { 'setup.py': `'${two}'`, 'tests/test_a.py': 'print("a")\n' }],
    ['a range that nobody can read', { 'setup.py': "setup(python_requires='whatever')" }],
  ])('is not taken for one that is for %s', async (_what, files) => {
    expect(await plan(files)).not.toBeNull();
  });
});
