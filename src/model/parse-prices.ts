import type { Prices } from '../core/model-profile.ts';

/** By model; under '' those of all models that have none of their own. */
export type PriceList = Readonly<Record<string, Prices>>;

/** Those of a model; undefined: by the table of models. */
export function pricesFor(model: string, prices: PriceList): Prices | undefined {
  return prices[model] ?? prices[''];
}

/**
 * `0.02,0.6,2`: USD per million tokens of input from the cache, of other input, and of output. With `NAME=` before them
 * they hold for one model; several are separated by semicolons. Null when it is something else.
 */
export function parsePrices(text: string): PriceList | null {
  const entries = text.split(';').map((part): [string, Prices | null] => {
    const name = part.includes('=') ? part.slice(0, part.lastIndexOf('=')).trim() : '';
    return [name, parseThree(part.slice(part.lastIndexOf('=') + 1))];
  });
  const names = new Set(entries.map(([name]) => name));
  const known = entries.filter((entry): entry is [string, Prices] => entry[1] !== null);
  return known.length < entries.length || names.size < entries.length ? null : Object.fromEntries(known);
}

function parseThree(text: string): Prices | null {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [cacheHit = Number.NaN, cacheMiss = Number.NaN, output = Number.NaN] = numbers;
  const areGood = numbers.length === 3 && numbers.every((price) => Number.isFinite(price) && price >= 0);
  return areGood ? { cacheHit, cacheMiss, output } : null;
}
