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

/** The same as it is told at the end of a run. */
export type RunUsage = Usage & Omit<Account, 'usage'>;
