import { describe, expect, it } from 'vitest';
import { recognisePythonTests } from '../../../src/environment/python/test-commands.ts';

const recognise = (line: string) => {
  const found = recognisePythonTests(line, '');
  return found === null ? null : [found.runner, found.directory, found.options, found.targets, found.env];
};

describe('recognisePythonTests', () => {
  it.each<[string, ReturnType<typeof recognise>]>([
    ['pytest -q tests', ['pytest', '', [], ['tests'], {}]],
    ['python -m pytest -m "not slow" tests', ['pytest', '', ['-m', '"not slow"'], ['tests'], {}]],
    ['coverage run --source src -m pytest tests', ['pytest', '', [], ['tests'], {}]],
    [
      'python -b -W always -m coverage run -m django test -v2 tests',
      ['django', '', ['-m', 'django', 'test'], ['tests'], {}],
    ],
    [
      'python -m unittest discover -s tests -p "*_t.py"',
      ['unittest', '', ['-s', 'tests', '-p', '"*_t.py"'], [], {}],
    ],
    ['python -m unittest discover ./tests', ['unittest', '', ['-s', './tests'], [], {}]],
    ['python -m unittest -v pkg.tests', ['unittest', '', [], ['pkg.tests'], {}]],
    ['A=1 uv run --group test --with x pytest -x', ['pytest', '', [], [], { A: '1' }]],
    ['poetry run pytest', ['pytest', '', [], [], {}]],
    ['hatch run test:pytest', null],
    [
      'python -Wd manage.py test --settings=a.b shop',
      ['django', '', ['manage.py', 'test', '--settings=a.b'], ['shop'], {}],
    ],
    [
      'cd tests && python runtests.py --parallel=1',
      ['django', 'tests', ['runtests.py', '--parallel=1'], [], {}],
    ],
    ['cd tests/ && pytest', ['pytest', 'tests', [], [], {}]],
    ['python setup.py test', ['pytest', '', [], [], {}]],
    ['nosetests -v pkg', ['pytest', '', [], [], {}]],
    ['pip install pytest', null],
    ['python -m build', null],
    ['python manage.py migrate', null],
    ['cd / && pytest', null],
  ])('reads %s', (line, expected) => {
    expect(recognise(line)).toEqual(expected);
  });
});
