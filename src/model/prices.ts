import type { Usage } from '../core/conversation.ts';
import table from './models.json' with { type: 'json' };

export interface ModelFacts {
  contextTokens: number;
  maximumOutputTokens: number;
  seesImages: boolean;
  usdPerMillion: { cacheHit: number; cacheMiss: number; output: number };
}

const models: Record<string, ModelFacts> = table.models;
const aliases: Record<string, string> = table.aliases;

/** What is known of a model; one that is not in the table is taken to cost as much as the dearest that is. */
export function modelFacts(name: string): ModelFacts {
  return models[aliases[name] ?? name] ?? dearest();
}

function dearest(): ModelFacts {
  const [first, ...rest] = Object.values(models) as [ModelFacts, ...ModelFacts[]];
  return rest.reduce((a, b) => (b.usdPerMillion.output > a.usdPerMillion.output ? b : a), first);
}

/** USD for this usage at this time: peak hours cost a multiple. The maker's holidays are not known and count as peak. */
export function priceOf(model: string, usage: Usage, at: Date): number {
  const { cacheHit, cacheMiss, output } = modelFacts(model).usdPerMillion;
  const offPeak =
    usage.cacheHitTokens * cacheHit + usage.cacheMissTokens * cacheMiss + usage.outputTokens * output;
  return (offPeak * (isPeak(at) ? table.peak.multiplier : 1)) / 1e6;
}

function isPeak(at: Date): boolean {
  const weekend = at.getUTCDay() === 0 || at.getUTCDay() === 6;
  if (table.peak.weekdaysOnly && weekend) return false;
  return table.peak.utcHours.some(([from = 0, to = 0]) => at.getUTCHours() >= from && at.getUTCHours() < to);
}
