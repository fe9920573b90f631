import { describe, expect, it } from 'vitest';
import { costOf, modelFacts, pricesAt } from '../../src/model/prices.ts';

const wednesday = '2026-11-18';
const saturday = '2026-11-21';
const sunday = '2026-11-22';
const output = { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 1e6, reasoningTokens: 1e6 };

const priceOf = (model: string, usage: typeof output, at: Date) => costOf(usage, pricesAt(model, at));

describe('the price', () => {
  it('adds up hits, misses and output; reasoning is part of the output', () => {
    const usage = { cacheHitTokens: 1e6, cacheMissTokens: 1e6, outputTokens: 1e6, reasoningTokens: 5e5 };
    const night = new Date(`${wednesday}T20:00Z`);
    expect(priceOf('deepseek-v4-pro', usage, night)).toBeCloseTo(0.022 + 0.66 + 1.98, 10);
    expect(priceOf('deepseek-flash', usage, night)).toBeCloseTo(0.003 + 0.15 + 0.6, 10);
  });

  it.each([
    [wednesday, '00:59:59', 1],
    [wednesday, '01:00:00', 2],
    [wednesday, '03:59:59', 2],
    [wednesday, '04:00:00', 1],
    [wednesday, '05:59:59', 1],
    [wednesday, '06:00:00', 2],
    [wednesday, '09:59:59', 2],
    [wednesday, '10:00:00', 1],
    [wednesday, '23:00:00', 1],
    [saturday, '02:00:00', 1],
    [sunday, '07:00:00', 1],
  ])('on %s at %s UTC is %i times the price off peak', (day, time, factor) => {
    expect(priceOf('deepseek-v4-pro', output, new Date(`${day}T${time}Z`))).toBeCloseTo(1.98 * factor, 10);
  });

  it.each([
    ['2026-03-01T12:00Z', 0.28], // before the first that is known
    ['2026-08-16T15:59Z', 0.28],
    ['2026-08-16T16:00Z', 0.66],
    ['2026-09-09T23:59Z', 0.66],
    ['2026-09-10T00:00Z', 0.6],
  ])('at %s is the one that held then', (time, price) => {
    expect(priceOf('deepseek-flash', output, new Date(time))).toBeCloseTo(price, 10);
  });

  it('of a name that is an alias is that of the model it stands for', () => {
    const at = new Date(`${wednesday}T20:00Z`);
    expect(priceOf('deepseek-v4-flash', output, at)).toBe(priceOf('deepseek-flash', output, at));
  });

  it.each(['my-own-model', '', 'constructor', '__proto__', 'toString'])(
    'of a model that is not known (%j) is that of the dearest',
    (name) => {
      const at = new Date(`${wednesday}T20:00Z`);
      expect(priceOf(name, output, at)).toBeCloseTo(1.98, 10);
      expect(modelFacts(name)).toEqual(modelFacts('deepseek-v4-pro'));
    },
  );

  it('of nothing is nothing', () => {
    const usage = { cacheHitTokens: 0, cacheMissTokens: 0, outputTokens: 0, reasoningTokens: 0 };
    expect(priceOf('deepseek-v4-pro', usage, new Date())).toBe(0);
  });
});
