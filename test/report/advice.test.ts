import { expect, it } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { adviceFor } from '../../src/report/advice.ts';

const github: ErrorCode[] = [
  'github_not_found',
  'github_forbidden',
  'github_unauthorised',
  'github_rejected',
  'github_unreachable',
  'rate_limited',
];

it.each(github)('has words of its own for %s', (code) => {
  expect(adviceFor(code).what).not.toBe(adviceFor(null).what);
  expect(adviceFor(code).next).not.toBe('');
});

it('shows what GitHub said where it is about the repository, and not where it is about the server', () => {
  const shown = github.filter((code) => adviceFor(code).showWords);
  expect(shown).toEqual(['github_not_found', 'github_forbidden', 'github_rejected']);
});
