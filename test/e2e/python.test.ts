import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeEnvironments } from '../support/environments.ts';
import { runFix, write } from '../support/fix.ts';
import { createRepository } from '../support/repository.ts';

const images = new Set<string>();
const scratch = await mkdtemp(join(tmpdir(), 'ai-fix-python-'));

afterAll(async () => {
  await removeEnvironments(images);
  await rm(scratch, { recursive: true, force: true });
});

const files = {
  'pyproject.toml': `
[project]
name = "sums"
version = "1.0.0"
[project.optional-dependencies]
test = ["pytest"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
packages = ["sums"]
`,
  'sums/__init__.py': 'def total(numbers):\n    return sum(numbers[:-1])\n',
  // pytest's root is where this file is: it names the tests from there
  'tests/pytest.ini': '[pytest]\nmarkers =\n    slow: takes its time\n',
  'tests/test_sums.py': 'from sums import total\n\ndef test_nothing():\n    assert total([]) == 0\n',
  // what a test does to the environment must not end the report
  'tests/deep/test_names.py':
    'import os\n\ndef test_name(monkeypatch):\n    monkeypatch.setattr(os, "environ", {})\n',
};

it('proves a change of a Python package by tests that pytest names from a directory of its own', async () => {
  await using repository = await createRepository();
  await repository.commit(files);
  const place = {
    directory: repository.directory,
    issue: 'total() forgets the last number\n',
    scratch,
    images,
  };
  const { outcome } = await runFix(place, [
    write('sums/__init__.py', 'def total(numbers):\n    return sum(numbers)\n'),
    write(
      'tests/test_sums.py',
      `${files['tests/test_sums.py']}\ndef test_last():\n    assert total([1, 2]) == 3\n`,
    ),
  ]);
  expect(outcome.verification).toMatchObject({
    verdict: 'proven',
    red_to_green: ['tests/test_sums.py::test_last'],
    still_green: 2,
    flaky: [],
  });
});
