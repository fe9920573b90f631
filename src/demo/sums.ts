/** A small program with a real bug and a suite that needs no installation: `total` forgets the last number. */
export const sumsFiles = {
  'package.json': `{
  "name": "sums",
  "version": "1.0.0",
  "type": "module",
  "scripts": { "test": "node --test" }
}
`,
  'README.md': '# sums\n\nTotals and means of lists of numbers.\n',
  'lib/total.js': `/** The sum of a list of numbers. */
export function total(numbers) {
  let sum = 0;
  for (let i = 0; i < numbers.length - 1; i++) sum += numbers[i];
  return sum;
}
`,
  'lib/mean.js': `import { total } from './total.js';

/** The arithmetic mean of a list of numbers; 0 for an empty one. */
export function mean(numbers) {
  return numbers.length === 0 ? 0 : total([...numbers, 0]) / numbers.length;
}
`,
  'test/total.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../lib/total.js';

test('the total of nothing is 0', () => {
  assert.equal(total([]), 0);
});

test('a trailing zero changes nothing', () => {
  assert.equal(total([1, 2, 0]), 3);
});
`,
  'test/mean.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mean } from '../lib/mean.js';

test('the mean of two numbers lies between them', () => {
  assert.equal(mean([2, 4]), 3);
});
`,
} as const;

export const sumsIssue = {
  title: 'total() forgets the last number',
  body: '`total([1, 2, 3])` gives 3, it should be 6.',
};

export const fixedTotal = sumsFiles['lib/total.js'].replace('numbers.length - 1', 'numbers.length');

export const newTest = `
test('every number counts', () => {
  assert.equal(total([1, 2, 3]), 6);
});
`;

/** What the reviewer of the demo asks for. */
export const sumsReview = 'total() should refuse text: total([1, "2"]) gives "12" today.';

export const refusedTest = `
test('what is no number is refused', () => {
  assert.throws(() => total([1, '2']), TypeError);
});
`;
