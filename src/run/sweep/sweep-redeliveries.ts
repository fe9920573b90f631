import { listensTo } from '../../trigger/parse-trigger.ts';
import { failedDeliveries } from './plan-redeliveries.ts';
import type { SweepPorts } from './sweep-ports.ts';

/** GitHub forgets deliveries after three days. */
const keptMs = 3 * 24 * 3_600_000;

/**
 * Has GitHub deliver again what did not arrive: it does not do so by itself. Nothing happens when the sweep is not
 * due, or is under way in another process. Rejects when GitHub does not answer; then it is soon made again.
 */
export async function sweepRedeliveries(ports: SweepPorts, startedBefore: Date | null): Promise<void> {
  const { sweeps, pace } = ports;
  const turn = await sweeps.begin('redeliveries', startedBefore);
  if (turn === null) return;
  const start = turn.startedAt.getTime();
  let doneUntil: Date | null = null;
  try {
    const kept = start - keptMs;
    await sweeps.forgetRedeliveries(new Date(kept));
    const since = Math.max(kept, (turn.doneUntil?.getTime() ?? 0) - pace.lag);
    const attempts = await ports.github.attempts(new Date(since));
    await sweeps.noteFailed(failedDeliveries(attempts, listensTo));
    doneUntil = turn.startedAt;
    await askAgain(ports);
  } finally {
    await sweeps.end(turn, { doneUntil, nextAt: new Date(start + pace.betweenRedeliveries) });
  }
}

/** In the order in which they happened: "stop" must not come before "fix". */
async function askAgain({ github, sweeps, pace, signal, log }: SweepPorts): Promise<void> {
  let asked = 0;
  for (const { guid, attempt } of await sweeps.dueRedeliveries(pace.redelivery.length)) {
    if (signal.aborted) break;
    if (!(await sweeps.claimRedelivery(guid, pace.redelivery))) continue;
    if (await github.askAgain(attempt)) asked += 1;
    else await sweeps.giveUpRedelivery(guid);
  }
  if (asked > 0) log({ deliveries: asked }, 'missed webhooks asked for');
}
