import type { Account } from './account.ts';
import { addUsage, noUsage } from './conversation.ts';
import type { RunEvent } from './events.ts';

/** What the model was paid for, in how many steps. */
type Bill = Pick<Account, 'usd' | 'steps' | 'usage'>;

/** The bill after one event more. What had come of an answer that broke off is paid, and is no step. */
export function bill({ usd, steps, usage }: Bill, event: RunEvent): Bill {
  if (event.type !== 'turn_ended' && event.type !== 'model_retried') return { usd, steps, usage };
  return {
    usd: usd + (event.usd ?? 0),
    steps: event.type === 'turn_ended' ? steps + 1 : steps,
    usage: addUsage(usage, event.usage ?? noUsage),
  };
}

/** The account after one event more. */
export function charge(account: Account, event: RunEvent): Account {
  const { seconds } = account;
  const charged = { ...bill(account, event), seconds };
  if (event.type === 'tool_ended')
    return { ...charged, seconds: { ...seconds, tools: seconds.tools + event.seconds } };
  if (event.type !== 'turn_ended') return charged;
  const model = seconds.model + event.seconds;
  return { ...charged, seconds: { ...seconds, model, waiting: seconds.waiting + (event.waited ?? 0) } };
}
