import { expect, it } from 'vitest';
import { likelyTests } from '../../../src/run/prepare/likely-tests.ts';

it('begins with the directories that hold most tests, not with a stray one', () => {
  const paths = [
    'bin/test_it.py',
    'pkg/core/tests/test_numbers.py',
    'pkg/core/tests/test_expr.py',
    'pkg/core/tests/test_assumptions.py',
    'pkg/geometry/tests/test_line.py',
    'pkg/geometry/tests/test_point.py',
    'pkg/core/tests/helpers/test_data.py',
    'pkg/core/expr.py',
  ];
  expect(likelyTests(paths)).toEqual([
    'pkg/core/tests/test_expr.py',
    'pkg/geometry/tests/test_line.py',
    'bin/test_it.py',
    'pkg/core/tests/test_numbers.py',
    'pkg/geometry/tests/test_point.py',
    'pkg/core/tests/test_assumptions.py',
  ]);
});

it('leaves benchmarks and what only lies among the tests for last', () => {
  const paths = [
    'bench/test_benchmarks.py',
    'tests/__init__.py',
    'tests/utils.py',
    'tests/test_validators.py',
    'tests/test_abc.py',
    'tests/integration/test_mypy.py',
  ];
  expect(likelyTests(paths)).toEqual([
    'tests/test_abc.py',
    'tests/test_validators.py',
    'tests/utils.py',
    'bench/test_benchmarks.py',
    'tests/integration/test_mypy.py',
  ]);
});
