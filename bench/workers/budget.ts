import { waitUntil } from '../../test/support/kills/wait-until.ts';
import { runOf, startFleet } from '../support/fleet.ts';
import type { Load } from '../support/load.ts';
import { say } from '../support/say.ts';

const affordable = 3;
const asked = 9;
/** What a run sets aside unless a repository says otherwise. */
const runUsd = 2;

/** More is asked for at once than a day may cost, and triggers are handled by all processes. */
export async function measureBudget(load: Load, databaseUrl: string, workers: number): Promise<object> {
  const daily = affordable * runUsd + 0.5;
  await using fleet = await startFleet(load, databaseUrl, { workers, config: { dailyBudgetUsd: daily } });
  let most = 0;
  const issues = await load.label(asked);
  const answered = async () => {
    most = Math.max(most, await fleet.money());
    const views = await Promise.all(issues.map((issue) => load.view(issue)));
    const runs = await fleet.runs();
    const isDone = issues.every(
      (issue, index) =>
        runOf(runs, issue)?.state === 'ended' ||
        views[index]?.comments.some((comment) => comment.startsWith('answer')) === true,
    );
    return isDone ? { runs, views } : null;
  };
  const done = await waitUntil(answered, { withinMs: 240_000, everyMs: 250 });
  const started = issues.filter((issue) => runOf(done?.runs ?? [], issue) !== undefined).length;
  const result = {
    daily_usd: daily,
    most_set_aside_and_spent_usd: most,
    asked,
    started,
    refused: asked - started,
    all_answered: done !== null,
    held: most <= daily && done !== null,
  };
  say(`budget: ${JSON.stringify(result)}`);
  return result;
}
