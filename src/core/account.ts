import { noUsage, type Usage } from './conversation.ts';

/** Where the agent's time went: answers that counted, tools, and tries that failed with the pauses after them. */
interface SpentSeconds {
  model: number;
  tools: number;
  waiting: number;
}

/** What a run has cost so far, whoever worked on it. */
export interface Account {
  usd: number;
  steps: number;
  usage: Usage;
  seconds: SpentSeconds;
}

export const emptyAccount: Account = {
  usd: 0,
  steps: 0,
  usage: noUsage,
  seconds: { model: 0, tools: 0, waiting: 0 },
};

/** What was added to it since it was `before`. */
export function accountSince(before: Account, now: Account): Account {
  const { usage, seconds } = before;
  return {
    usd: now.usd - before.usd,
    steps: now.steps - before.steps,
    usage: {
      cacheHitTokens: now.usage.cacheHitTokens - usage.cacheHitTokens,
      cacheMissTokens: now.usage.cacheMissTokens - usage.cacheMissTokens,
      outputTokens: now.usage.outputTokens - usage.outputTokens,
      reasoningTokens: now.usage.reasoningTokens - usage.reasoningTokens,
    },
    seconds: {
      model: now.seconds.model - seconds.model,
      tools: now.seconds.tools - seconds.tools,
      waiting: now.seconds.waiting - seconds.waiting,
    },
  };
}

/** The same as it is told at the end of a run. */
export type RunUsage = Usage & Omit<Account, 'usage'>;

export function usageOf({ usage, usd, steps, seconds }: Account): RunUsage {
  return { ...usage, usd, steps, seconds };
}
