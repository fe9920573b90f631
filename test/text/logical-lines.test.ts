import { expect, it } from 'vitest';
import { joinContinued, logicalLines } from '../../src/text/logical-lines.ts';

it('takes lines that go on in the next as one', () => {
  expect(logicalLines('go test \\\n  -short \\\r\n  ./...\nls')).toEqual([
    'go test    -short    ./...',
    'ls',
  ]);
  expect(joinContinued('a\\b\nc')).toBe('a\\b\nc');
});
