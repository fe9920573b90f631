import { describe, expect, it } from 'vitest';
import { readNox } from '../../../src/environment/python/nox.ts';
import { repositoryFiles } from '../../support/repository-files.ts';

const read = (noxfile: string) => readNox(repositoryFiles({ 'noxfile.py': noxfile }));
const nothing = { deps: [], extras: [], groups: [], commands: [], variables: {}, directory: '' };

describe('readNox', () => {
  it('takes what the session of the tests installs and runs, where it is written out', async () => {
    const found = await read(`import nox

@nox.session
def lint(session):
    session.install("ruff")
    session.run("ruff", "check")

@nox.session(python=["3.9", "3.11"])
@nox.parametrize("django", ["4", "5"])
def tests(session: nox.Session, django) -> None:
    """Run the tests."""
    session.install("-e", ".[test,extra]", "-r", "requirements/tests.txt")
    session.install(
        "pytest-xdist",
        "-c", "constraints.txt",
        f"django=={django}",
    )

    session.run("python", "-m", "pytest", "tests", "-n", "2", *session.posargs, env={"A": "b"})

@nox.session
def docs(session):
    session.install("sphinx")
`);
    expect(found).toEqual({
      ...nothing,
      deps: ['-r requirements/tests.txt', 'pytest-xdist'],
      extras: ['test', 'extra'],
      commands: ['python -m pytest tests -n 2'],
    });
  });

  it('knows a session by the name that it is given, and prefers the plainest', async () => {
    const found = await read(`
@nox.session
def tests_integration(session):
    session.install("selenium")

@nox.session(name="tests")
def _run(session):
    session.install("-e.[dev]")
    session.install("--group", "test")
    session.run("pytest")
`);
    expect(found).toEqual({ ...nothing, extras: ['dev'], groups: ['test'], commands: ['pytest'] });
  });

  it('says nothing where there is no such session', async () => {
    expect(
      await read('import nox\n\n@nox.session\ndef docs(session):\n    session.install("sphinx")\n'),
    ).toBeNull();
    expect(await readNox(repositoryFiles({}))).toBeNull();
  });
});
