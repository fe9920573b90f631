import { type EndedRun, outcomeOf } from '../../test/support/app-run.ts';
import type { FaultScript } from './scripts.ts';

export interface Found {
  containers: number;
  /** Null where the repository cannot be read any more. */
  seen: {
    pulls: number;
    commits: number;
    /** Those whose last commit is the App's. */
    branches: number;
    /** Of the pull request's head. */
    tree: string | null;
    /** The texts of status comments, on the issue and on its pull request. */
    statuses: string[][];
    /** How far the checks of the head are. */
    checks: string[];
  } | null;
}

/** What is not as the script's end says; and what must never be, whatever it says. */
export function judge(
  { end, parks = false, retry = false }: FaultScript,
  found: Found,
  run: EndedRun,
): string[] {
  const { outcome, code, why } = outcomeOf(run);
  const outcomes = run.events.filter(({ type }) => type === 'outcome').length;
  const wrong = [
    ...(outcome === end.outcome && code === end.code ? [] : [`it ended ${outcome} (${code}): ${why}`]),
    ...differs('outcomes', outcomes, 1),
    ...(parks && !run.events.some(({ type }) => type === 'parked') ? ['it was not put aside'] : []),
    ...differs('containers', found.containers, 0),
  ];
  const { seen } = found;
  if (seen === null) return end.said === null ? wrong : [...wrong, 'the repository cannot be read'];
  const { pulls = 1, branches = 1, statuses = 1, checks = 1 } = end;
  return [
    ...wrong,
    ...differs('pull requests', seen.pulls, pulls),
    ...differs('branches', seen.branches, branches),
    ...differs('commits', seen.commits, pulls === 0 ? 0 : retry ? 2 : 1),
    ...(seen.tree === null ? [] : differs('tree', seen.tree, verifiedTree(run))),
    ...seen.statuses.flatMap((texts, index) =>
      differs('status comments', texts.length, index === 0 || retry ? statuses : 0),
    ),
    ...saidWrongly(seen.statuses.flat().at(-1) ?? '', end),
    ...differs('checks', seen.checks.join(), Array.from({ length: checks }, () => 'completed').join()),
  ];
}

function differs(what: string, found: unknown, wanted: unknown): string[] {
  return found === wanted ? [] : [`${what}: ${found}, not ${wanted}`];
}

function saidWrongly(text: string, { said }: FaultScript['end']): string[] {
  const missing = (said ?? []).filter((words) => !text.includes(words));
  const headline = /^### .*$/m.exec(text)?.[0] ?? 'nothing';
  return [
    ...missing.map((words) => `the status does not say "${words}", but ${headline}`),
    ...(/unexpected/i.test(text) ? ['the status speaks of something unexpected'] : []),
  ];
}

function verifiedTree({ events }: EndedRun): string | undefined {
  return events.findLast((event) => event.type === 'verified')?.verification.tree;
}
