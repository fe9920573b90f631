import { describe, expect, it } from 'vitest';
import { wholeTextPays } from '../../src/agent/whole-text.ts';
import { pricesAt } from '../../src/model/prices.ts';

const offPeak = new Date('2026-11-15T12:00Z');
const pro = pricesAt('deepseek-v4-pro', offPeak);

/** The longest text that pays, in thousands of characters. */
function longest(prices: typeof pro): number {
  let thousands = 0;
  while (wholeTextPays((thousands + 1) * 1000, prices)) thousands += 1;
  return thousands;
}

describe('showing the whole text', () => {
  it.each(['deepseek-v4-pro', 'deepseek-flash'])(
    'pays with %s up to little more than what would be looked at anyway',
    (model) => {
      expect(longest(pricesAt(model, offPeak))).toBeGreaterThan(30);
      expect(longest(pricesAt(model, offPeak))).toBeLessThan(45);
    },
  );

  it('pays at peak hours where it pays off peak, so that the prefix stays the same all day', () => {
    const peak = pricesAt('deepseek-v4-pro', new Date('2026-11-18T02:00Z'));
    expect(peak.output).toBe(2 * pro.output);
    expect(longest(peak)).toBe(longest(pro));
  });

  it('pays less where calls cost less, and more where they cost more', () => {
    expect(longest({ ...pro, output: 0 })).toBeLessThan(longest(pro));
    expect(longest({ ...pro, output: 10 * pro.output })).toBeGreaterThan(longest(pro));
  });

  it('has an end where tokens cost nothing', () => {
    expect(longest({ cacheHit: 0, cacheMiss: 0, output: 0 })).toBe(60);
  });
});
