import type { RunRecord } from '../../../src/core/run-record.ts';
import { fileIssue, repository, review } from '../../../src/demo/scene.ts';
import type { Passed } from './points.ts';
import type { Blow } from './record.ts';
import { residueOf } from './residue.ts';
import type { Rig } from './rig.ts';
import { readView, type View } from './view.ts';
import { waitUntil } from './wait-until.ts';

/** What came of one issue, from its label to the end of the last run that was waited for. */
export interface Case {
  /** One for the fix, one for the retry; null where none ended within the time. */
  ends: (RunRecord | null)[];
  /** What GitHub shows after each of them. */
  views: View[];
  /** Bodies of all requests to the model, by run. */
  requests: string[][];
  passed: Passed[];
  /** When each run had ended. Milliseconds of `performance.now`, as all times here. */
  endedAt: number[];
  /** When the retry was asked for. */
  reviewedAt: number;
  deaths: number[];
  residue: string[];
}

const endsWithinMs = 300_000;

/** Plays the demo's story on a fresh issue: label, pull request, and with `runs` of 2 a review and a second commit. */
export async function playCase(rig: Rig, runs: 1 | 2, blows: readonly Blow[] = []): Promise<Case> {
  const firstRequest = rig.model.passed.length;
  const firstDeath = rig.app.deaths.length;
  await rig.begin(blows);
  const issue = await fileIssue(rig.scene);
  const story = await follow(rig, issue, runs);
  await struck(rig, blows, firstDeath);
  const residue = await residueOf(rig);
  const bodies = rig.model.passed.slice(firstRequest);
  const { reviewedAt } = story;
  return {
    ...story,
    requests: [
      bodies.filter(({ at }) => at < reviewedAt).map(({ body }) => body.toString()),
      bodies.filter(({ at }) => at >= reviewedAt).map(({ body }) => body.toString()),
    ],
    passed: [...rig.passed],
    deaths: rig.app.deaths.slice(firstDeath),
    residue,
  };
}

async function follow(rig: Rig, issue: number, runs: 1 | 2) {
  const first = await endOf(rig, issue, null);
  const endedAt = [performance.now()];
  const look = () => readView(rig.scene.maintainer, repository, issue);
  const views = [await look()];
  const pull = first?.end?.published?.pull;
  const never = Number.POSITIVE_INFINITY;
  if (runs === 1 || pull === undefined) return { ends: [first], endedAt, views, reviewedAt: never };
  const reviewedAt = performance.now();
  await review(rig.scene, pull);
  const second = await endOf(rig, pull, first);
  endedAt.push(performance.now());
  return { ends: [first, second], endedAt, views: [...views, await look()], reviewedAt };
}

/** The newest run about an issue or pull request, other than the former one, when it has ended. */
function endOf(rig: Rig, number: number, former: RunRecord | null): Promise<RunRecord | null> {
  return waitUntil(
    async () => {
      const run = await rig.app.latest(rig.repository, number);
      return run?.state === 'ended' && run.id !== former?.id ? run : null;
    },
    { withinMs: endsWithinMs },
  );
}

/** A kill that comes some time after its point may come after the end. */
async function struck(rig: Rig, blows: readonly Blow[], deaths: number): Promise<void> {
  const delayMs = Math.max(0, ...blows.map((blow) => blow.delayMs));
  if (delayMs === 0) return;
  const hasDied = async () => (rig.app.deaths.length > deaths ? true : null);
  await waitUntil(hasDied, { withinMs: delayMs + 1000 });
}
