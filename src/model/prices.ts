import type { Usage } from '../core/conversation.ts';
import type { ModelProfile, Prices } from '../core/model-profile.ts';
import table from './models.json' with { type: 'json' };

export interface ModelFacts {
  contextTokens: number;
  maximumOutputTokens: number;
  seesImages: boolean;
  /** Off peak, each from its date on, the oldest first. */
  prices: (Prices & { from: string })[];
}

const models: Record<string, ModelFacts> = table.models;
const aliases: Record<string, string> = table.aliases;

/** What is known of a model; one that is not in the table is taken to cost as much as the dearest that is. */
export function modelFacts(name: string): ModelFacts {
  return models[aliases[name] ?? name] ?? dearest();
}

function dearest(): ModelFacts {
  const [first, ...rest] = Object.values(models) as [ModelFacts, ...ModelFacts[]];
  const newest = ({ prices }: ModelFacts) => prices.at(-1)?.output ?? 0;
  return rest.reduce((a, b) => (newest(b) > newest(a) ? b : a), first);
}

/** What a model costs at this time, by the table. Peak hours cost a multiple; the maker's holidays are not known and count as peak. */
export function pricesAt(model: string, at: Date): Prices {
  const { prices } = modelFacts(model);
  const { cacheHit, cacheMiss, output } =
    prices.findLast(({ from }) => new Date(from) <= at) ?? (prices[0] as Prices);
  const factor = isPeak(at) ? table.peak.multiplier : 1;
  return { cacheHit: cacheHit * factor, cacheMiss: cacheMiss * factor, output: output * factor };
}

/** The model as the first message has to know it; `prices` are those of the table unless told. */
export function modelProfile(model: string, prices: Prices = pricesAt(model, new Date())): ModelProfile {
  return { seesImages: modelFacts(model).seesImages, prices };
}

/** USD for this usage. */
export function costOf(usage: Usage, { cacheHit, cacheMiss, output }: Prices): number {
  return (
    (usage.cacheHitTokens * cacheHit + usage.cacheMissTokens * cacheMiss + usage.outputTokens * output) / 1e6
  );
}

function isPeak(at: Date): boolean {
  const weekend = at.getUTCDay() === 0 || at.getUTCDay() === 6;
  if (table.peak.weekdaysOnly && weekend) return false;
  return table.peak.utcHours.some(([from = 0, to = 0]) => at.getUTCHours() >= from && at.getUTCHours() < to);
}
