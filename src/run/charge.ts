import type { Account } from '../core/account.ts';
import { addUsage, noUsage } from '../core/conversation.ts';
import type { RunEvent } from '../core/events.ts';

/** The account after one event more. */
export function charge(account: Account, event: RunEvent): Account {
  const { usd, steps, usage, seconds } = account;
  if (event.type === 'model_retried')
    return { ...account, usd: usd + (event.usd ?? 0), usage: addUsage(usage, event.usage ?? noUsage) };
  if (event.type === 'tool_ended')
    return { ...account, seconds: { ...seconds, tools: seconds.tools + event.seconds } };
  if (event.type !== 'turn_ended') return account;
  return {
    usd: usd + event.usd,
    steps: steps + 1,
    usage: addUsage(usage, event.usage),
    seconds: {
      ...seconds,
      model: seconds.model + event.seconds,
      waiting: seconds.waiting + (event.waited ?? 0),
    },
  };
}
