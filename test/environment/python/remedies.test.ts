import { describe, expect, it } from 'vitest';
import { startPytest } from '../../../src/environment/python/pytest-starts.ts';
import { findPythonRemedy } from '../../../src/environment/python/remedies.ts';

const find = (command: string, said: string, setup: string[] = []) =>
  findPythonRemedy({ command, said, setup, manager: 'pip' });

const notThere =
  'error: No solution found when resolving dependencies\n  cause: Because nowhere was not found in the package registry and you require nowhere, we can conclude that your requirements are unsatisfiable.';
const noVersion =
  'error: No solution found when resolving dependencies\n  cause: Because there is no version of six==77 and you require six==77, we can conclude that your requirements are unsatisfiable.';
const noHost =
  'error: Failed to download and build `six @ git+https://host/six@main`\n  cause: Git operation failed\n  cause: failed to fetch into: /home/agent/.cache/uv/git-v2/db/a9bb\n';
const buildFails = 'error: Failed to build `numpy==1.11.3`\n  cause: The build backend returned an error\n';
const ownBuildFails = (stderr: string) =>
  `error: Failed to build \`shop @ file:///workspace\`\n  cause: The build backend returned an error\n\n         [stderr]\n${stderr}`;

describe('findPythonRemedy', () => {
  it.each<[string, string, string, string]>([
    [
      'a package that the registry does not have',
      'uv pip install --requirement dev.txt',
      notThere,
      'echo nowhere >> ~/.left-out.txt; uv pip install --excludes ~/.left-out.txt --requirement dev.txt',
    ],
    [
      'a version that is not there',
      'uv pip install six==77 iniconfig',
      noVersion,
      'echo six >> ~/.left-out.txt; uv pip install --excludes ~/.left-out.txt six==77 iniconfig',
    ],
    [
      'a repository that cannot be reached',
      "uv pip install --editable '.[test]'",
      noHost,
      "echo six >> ~/.left-out.txt; uv pip install --excludes ~/.left-out.txt --editable '.[test]'",
    ],
    [
      'a locked package that cannot be reached',
      'uv sync --frozen --inexact',
      noHost,
      'uv sync --no-install-package six --frozen --inexact',
    ],
    [
      'a version of the time that does not build',
      'uv pip install --exclude-newer 2021-03-01 --editable .',
      buildFails,
      'uv pip install --exclude-newer-package numpy=2100-01-01 --exclude-newer 2021-03-01 --editable .',
    ],
    [
      'a locked version that does not build',
      'uv pip install --constraints ~/.locked.txt --editable .',
      buildFails,
      'uv pip install --editable .',
    ],
    [
      'a build script for an older setuptools',
      'uv pip install --editable .',
      ownBuildFails('error in shop setup command: use_2to3 is invalid.'),
      "echo 'setuptools<58' > ~/.setuptools-58.txt; uv pip install --build-constraints ~/.setuptools-58.txt --editable .",
    ],
    [
      'a build tool that knows no editable installation',
      "uv pip install --editable '.[test]'",
      ownBuildFails("AttributeError: '_BuildMetaLegacyBackend' object has no attribute 'build_editable'"),
      `uv pip install '.[test]' && uv pip uninstall "$(python setup.py --quiet --name)" && python setup.py --quiet develop --no-deps`,
    ],
    [
      'a build script that imports what it does not ask for',
      'uv pip install --editable .',
      ownBuildFails("ModuleNotFoundError: No module named 'numpy'"),
      "uv pip install numpy 'setuptools<81' wheel && uv pip install --no-build-isolation --editable .",
    ],
    [
      'a project that is no package',
      "VERSION=1 uv pip install --editable '.[test]'",
      ownBuildFails("error: Multiple top-level packages discovered in a flat-layout: ['b', 'a']."),
      'VERSION=1 uv pip install --requirement pyproject.toml --extra test',
    ],
    [
      'a lock file that cannot be installed',
      'A=1 UV_PROJECT_ENVIRONMENT=/v uv sync --frozen --inexact --extra a --group test',
      'error: something else',
      "A=1 uv pip install --editable '.[a]' --group test",
    ],
    ['what only some tests need', 'uv pip install --group dev', 'error: something else', 'true'],
  ])('knows what to do about %s', (_what, command, said, next) => {
    expect(find(command, said)?.command).toBe(next);
  });

  it('tells what was left out and why', () => {
    expect(find('uv pip install a', notThere)?.leftOut).toEqual({
      name: 'nowhere',
      why: 'the registry does not have it',
    });
  });

  it('takes a newer version of what was not there at the time, then leaves it out', () => {
    const first = find('uv pip install --exclude-newer 2021-03-01 a', buildFails)?.command ?? '';
    expect(find(first, buildFails)?.leftOut?.name).toBe('numpy');
  });

  it('takes pytest and its plugins newer, of the time that packages are of, and then goes on', () => {
    const check = startPytest('2021-03-01');
    const first = find(check, "KeyError: 'BREAK_LOOP'");
    expect(first?.command).toMatch(
      /^UV_EXCLUDE_NEWER=2021-03-01 uv pip install --upgrade pytest .* && .*--version$/s,
    );
    expect(first?.note).toContain('too old to start');
    expect(find(first?.command ?? '', "Traceback:\n  at x\nKeyError: 'BREAK_LOOP'\n")).toEqual({
      command: 'true',
      note: "pytest does not start: KeyError: 'BREAK_LOOP'",
    });
  });

  it('installs without a lock file that cannot be read', () => {
    const read = 'python3 /opt/ai-fix/tools/lock-constraints.py poetry.lock > ~/.locked.txt';
    expect(find(read, 'tomllib.TOMLDecodeError: Expected')).toEqual({
      command: ': > ~/.locked.txt',
      note: 'poetry.lock is broken: installing without holding to it',
    });
  });

  it('has the system set up with the library that a build asks for, once', () => {
    const said = ownBuildFails('Error: pg_config executable not found.');
    const remedy = find('uv pip install --editable .', said);
    expect(remedy?.setup?.at(-1)).toMatch(/apt-get .* install .* libpq-dev$/);
    expect(find('uv pip install --editable .', said, remedy?.setup)).toBeNull();
  });

  it('knows nothing for a project that cannot be built, or for what is not installed by uv', () => {
    expect(find('uv pip install --editable .', ownBuildFails('SyntaxError: invalid syntax'))).toBeNull();
    expect(find('make deps', notThere)).toBeNull();
  });
});
