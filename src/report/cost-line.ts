import type { RunRecord } from '../core/run-record.ts';
import { count } from '../text/count.ts';
import { cents, duration, roughDuration } from './phrases.ts';
import { cacheShare, type RunFacts } from './run-facts.ts';

export type RunTimes = Pick<RunRecord, 'createdAt' | 'startedAt' | 'endedAt'>;

const stepsAtOnce = 5;

/** Since the work began, up to its end or to now, in milliseconds since 1970. */
export function elapsedSeconds({ createdAt, startedAt, endedAt }: RunTimes, now: number): number {
  const end = endedAt === null ? now : Date.parse(endedAt);
  return Math.max(0, (end - Date.parse(startedAt ?? createdAt)) / 1000);
}

/** Time, money and steps. While it goes on they are rough, so that the comment is not edited at every step. */
export function costLine(facts: RunFacts, seconds: number, isLive: boolean): string {
  if (!isLive) return `${duration(seconds)}, ${spent(facts)}${cached(facts)}`;
  const steps = Math.floor(facts.steps / stepsAtOnce) * stepsAtOnce;
  const work = steps === 0 ? [] : [`${steps}+ steps`, cents(ceilCents(facts.usd))];
  return [`${roughDuration(seconds)} so far`, ...work].join(', ');
}

/** What the model cost: "12 steps of `deepseek-v4-pro`, $0.02". */
export function spent({ models, steps, usd }: RunFacts): string {
  if (steps === 0) return 'the model was not asked, $0';
  return `${count(steps, 'step')} of ${models.map(modelName).join(' and ')}, ${cents(usd)}`;
}

export const modelName = (model: string): string => `\`${model.replace(/[^\w./:-]/g, '')}\``;

function cached({ usage }: RunFacts): string {
  const share = cacheShare(usage);
  return share === null ? '' : ` (${Math.round(share * 100)}% of its input came from the cache)`;
}

function ceilCents(usd: number): number {
  return Math.ceil(usd * 100) / 100;
}
