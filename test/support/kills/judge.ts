import { isDeepStrictEqual } from 'node:util';
import type { Case, Kill } from './play-case.ts';
import { isSame } from './points.ts';
import type { View } from './view.ts';

/** How a case with a kill differs from one without. */
export interface Verdict {
  /** Whether the process was killed at all: not every clean run passes every point. */
  struck: boolean;
  problems: Problem[];
  /** From the restart to the end, less what was left to do. Null when it never ended. */
  extraSeconds: number | null;
  /** Requests to the model more than without the kill. */
  repeatedRequests: number;
}

export interface Problem {
  check: 'end' | 'github' | 'model' | 'time' | 'residue';
  why: string;
}

const mostExtraSeconds = 30;
const mostRepeatedRequests = 1;

export function judge(killed: Case, kill: Kill, clean: Case): Verdict {
  const extraSeconds = extraSecondsOf(killed, kill, clean);
  const counted = killed.requests.slice(0, kill.run);
  const repeatedRequests = count(counted) - count(clean.requests.slice(0, kill.run));
  return {
    struck: killed.deaths.length > 0,
    problems: [
      ...endProblems(killed, clean),
      ...githubProblems(killed, clean),
      ...modelProblems(counted, repeatedRequests),
      ...(extraSeconds !== null && extraSeconds > mostExtraSeconds
        ? [{ check: 'time', why: `${extraSeconds.toFixed(1)} s more than was left to do` } as const]
        : []),
      ...killed.residue.map((what) => ({ check: 'residue', why: `left: ${what}` }) as const),
    ],
    extraSeconds,
    repeatedRequests,
  };
}

function endProblems({ ends, deaths }: Case, clean: Case): Problem[] {
  const problems = ends.flatMap((run, index): Problem[] => {
    const name = index === 0 ? 'the fix' : 'the retry';
    if (run === null) return [{ check: 'end', why: `${name} did not end` }];
    const wanted = clean.ends[index]?.end?.outcome;
    if (run.end?.outcome === wanted) return [];
    return [{ check: 'end', why: `${name} ended as ${run.end?.outcome}: ${run.end?.why}` }];
  });
  return deaths.length > 1
    ? [...problems, { check: 'end', why: `the process died ${deaths.length} times` }]
    : problems;
}

function githubProblems({ views }: Case, clean: Case): Problem[] {
  return views.flatMap((view, index): Problem[] => {
    const wanted = clean.views[index];
    if (wanted === undefined || isDeepStrictEqual(view, wanted)) return [];
    const why = `after run ${index + 1} GitHub shows ${JSON.stringify(differences(view, wanted))}`;
    return [{ check: 'github', why }];
  });
}

/** What differs, each with what it should be. */
function differences(view: View, wanted: View): Record<string, unknown> {
  const keys = Object.keys(wanted) as (keyof View)[];
  const differing = keys.filter((key) => !isDeepStrictEqual(view[key], wanted[key]));
  return Object.fromEntries(differing.map((key) => [key, { is: view[key], should: wanted[key] }]));
}

function modelProblems(requests: readonly string[][], repeated: number): Problem[] {
  const problems: Problem[] = [];
  if (repeated > mostRepeatedRequests)
    problems.push({ check: 'model', why: `${repeated} requests to the model were made again` });
  for (const [index, bodies] of requests.entries()) {
    const at = firstRewritten(bodies);
    if (at !== null)
      problems.push({
        check: 'model',
        why: `request ${at + 1} of run ${index + 1} does not go on from the one before it, byte by byte`,
      });
  }
  return problems;
}

/** The first request whose messages are not those of the one before, with or without more; null when all are. */
function firstRewritten(bodies: readonly string[]): number | null {
  const histories = bodies.map((body) =>
    (JSON.parse(body) as { messages: unknown[] }).messages.map((message) => JSON.stringify(message)),
  );
  const at = histories.findIndex((history, index) => {
    const former = histories[index - 1] ?? [];
    return !isDeepStrictEqual(history.slice(0, former.length), former);
  });
  return at === -1 ? null : at;
}

function extraSecondsOf(killed: Case, { at, run }: Kill, clean: Case): number | null {
  const died = killed.deaths[0];
  const ended = killed.endedAt[run - 1];
  if (died === undefined || ended === undefined || killed.ends[run - 1] === null) return null;
  const passed = clean.passed.find((point) => isSame(point, at));
  const left = passed === undefined ? 0 : (clean.endedAt[run - 1] ?? passed.at) - passed.at;
  return Math.max(0, ended - died - left) / 1000;
}

function count(requests: readonly string[][]): number {
  return requests.reduce((sum, bodies) => sum + bodies.length, 0);
}
