import type { Repository } from '../../core/trigger.ts';
import type { LabelEvent, LabelledIssue, SweepPorts, SweepTurn } from './sweep-ports.ts';

type Installation = Awaited<ReturnType<SweepPorts['github']['installations']>>[number];

/** Finds open issues that got the label without our hearing of it, in all installations. Nothing when it is not due. */
export async function sweepLabels(ports: SweepPorts, startedBefore: Date | null): Promise<void> {
  const { github, sweeps, signal, onError } = ports;
  const turn = await sweeps.begin('labels', startedBefore);
  if (turn === null) return;
  let isWhole = false;
  try {
    const installations = (await github.installations()).filter(({ suspended }) => !suspended);
    const seen: boolean[] = [];
    for (const installation of installations) {
      if (signal.aborted) return;
      const seeing = sweepInstallation(installation, ports, startedBefore);
      seen.push(
        await seeing.catch((error: unknown) => {
          onError(error); // the others have theirs nevertheless
          return false;
        }),
      );
    }
    isWhole = seen.every(Boolean);
  } finally {
    await endTurn(turn, { isWhole, until: null }, ports);
  }
}

/** False when something was left for a next time, which is then soon. */
async function sweepInstallation(
  installation: Installation,
  ports: SweepPorts,
  startedBefore: Date | null,
): Promise<boolean> {
  const { sweeps } = ports;
  const turn = await sweeps.begin(`labels/${installation.id}`, startedBefore);
  if (turn === null) return true;
  let seen: Seen = { isWhole: false, until: null };
  try {
    seen = await lookAt(installation, turn, ports);
  } finally {
    await endTurn(turn, seen, ports);
  }
  return seen.isWhole;
}

async function endTurn(
  turn: SweepTurn,
  { isWhole, until }: Seen,
  { sweeps, pace }: SweepPorts,
): Promise<void> {
  const pause = isWhole ? pace.betweenLabels : pace.again;
  await sweeps.end(turn, { doneUntil: until, nextAt: new Date(turn.startedAt.getTime() + pause) });
}

/** Until when all labellings were seen and dealt with; null when that is not known. */
interface Seen {
  isWhole: boolean;
  until: Date | null;
}

/** One search, however many repositories there are: it finds only what changed since the last one. */
async function lookAt(installation: Installation, turn: SweepTurn, ports: SweepPorts): Promise<Seen> {
  const { github, pace, signal } = ports;
  // what was labelled before the App was there was not meant for it
  const since = turn.doneUntil ?? new Date(installation.createdAt);
  const { issues, rest } = await github.search(installation.id, installation.owner, since);
  const left: number[] = [];
  for (const ofOne of Map.groupBy(issues, ({ owner, name }) => `${owner}/${name}`).values()) {
    if (signal.aborted) return { isWhole: false, until: null };
    left.push(...(await lookAtRepository(installation, ofOne, turn, ports)));
  }
  if (rest === 'unknown') return { isWhole: false, until: null };
  const last = issues.at(-1);
  const until =
    rest === 'newer' && last !== undefined ? Date.parse(last.updatedAt) : turn.startedAt.getTime() - pace.lag;
  const oldest = Math.max(since.getTime(), Math.min(until, ...left));
  return { isWhole: rest === 'none' && left.length === 0, until: new Date(oldest) };
}

/** The times of labellings that are left for later. */
async function lookAtRepository(
  installation: Installation,
  issues: readonly LabelledIssue[],
  turn: SweepTurn,
  ports: SweepPorts,
): Promise<number[]> {
  const [issue] = issues;
  const repository = issue && (await ports.github.repository(installation.id, issue.owner, issue.name));
  if (!repository) return [];
  const left: number[] = [];
  for (const { number } of issues) {
    const labelling = await ports.github.lastLabelling(repository, number);
    if (labelling === null || !isMeant(labelling, installation, ports.appId)) continue;
    if (await mayStillCome(repository, labelling, turn, ports)) left.push(Date.parse(labelling.at));
    else await take(repository, number, labelling, ports);
  }
  return left;
}

/** As the parser of webhooks sees it: only people ask, and not by way of ourselves. */
export function isMeant(
  { actor, app, at }: LabelEvent,
  { createdAt }: { createdAt: string },
  appId: number,
): boolean {
  return actor !== null && !actor.bot && app !== appId && Date.parse(at) >= Date.parse(createdAt);
}

/** The webhook is on its way, or will be soon: it knows more than we find. */
async function mayStillCome(
  { id }: Repository,
  { at }: LabelEvent,
  { startedAt }: SweepTurn,
  { sweeps, pace }: SweepPorts,
): Promise<boolean> {
  const now = startedAt.getTime();
  if (Date.parse(at) > now - pace.onItsWay) return true;
  return sweeps.awaitsRedelivery(id, new Date(now - pace.askedOnItsWay));
}

/** The trigger that the webhook would have been, once: its delivery is named after the labelling. */
async function take(
  repository: Repository,
  number: number,
  { id, at, nth, actor }: LabelEvent,
  { isServed, accept, log }: SweepPorts,
): Promise<void> {
  if (actor === null || (await isServed(repository, number, { at, event: id, nth, orWaiting: true }))) return;
  const guid = `labelled-${id}`;
  const delivery = {
    guid,
    event: 'issues',
    action: 'labeled',
    installation: repository.installation,
    repository: repository.id,
  };
  const isNew = await accept(delivery, {
    kind: 'asked',
    repository,
    subject: { kind: 'issue', number },
    command: { name: 'fix', words: '' },
    place: { kind: 'label', event: id, nth },
    actor,
    at,
  });
  if (isNew) log({ delivery: guid, event: 'issues', action: 'labeled', verdict: 'queued' }, 'webhook');
}
