import { isDeepStrictEqual } from 'node:util';
import type { Case } from './play-case.ts';
import { isSame } from './points.ts';
import type { Blow } from './record.ts';
import type { View } from './view.ts';

/** How a case with a kill differs from one without. */
export interface Verdict {
  /** How often the process was killed: not every run passes every point. */
  deaths: number;
  problems: Problem[];
  /** From the first restart to the end, less what was left to do. Null when it never ended. */
  extraSeconds: number | null;
  /** Requests to the model more than without the kill. */
  repeatedRequests: number;
}

interface Problem {
  check: 'end' | 'github' | 'model' | 'time' | 'residue';
  why: string;
}

const mostExtraSeconds = 30;

export function judge(killed: Case, blows: readonly Blow[], clean: Case): Verdict {
  const extraSeconds = extraSecondsOf(killed, blows, clean);
  const runs = killed.ends.length;
  const repeatedRequests = count(killed.requests) - count(clean.requests.slice(0, runs));
  const deaths = killed.deaths.length;
  return {
    deaths,
    problems: [
      ...endProblems(killed, clean),
      ...(deaths > blows.length ? [{ check: 'end', why: `the process died ${deaths} times` } as const] : []),
      ...githubProblems(killed, clean),
      ...modelProblems(killed.requests, repeatedRequests, deaths),
      ...(extraSeconds !== null && extraSeconds > mostExtraSeconds
        ? [{ check: 'time', why: `${extraSeconds.toFixed(1)} s more than was left to do` } as const]
        : []),
      ...killed.residue.map((what) => ({ check: 'residue', why: `left: ${what}` }) as const),
    ],
    extraSeconds,
    repeatedRequests,
  };
}

function endProblems({ ends }: Case, clean: Case): Problem[] {
  return ends.flatMap((run, index): Problem[] => {
    const name = index === 0 ? 'the fix' : 'the retry';
    if (run === null) return [{ check: 'end', why: `${name} did not end` }];
    const wanted = clean.ends[index]?.end?.outcome;
    if (run.end?.outcome === wanted) return [];
    return [{ check: 'end', why: `${name} ended as ${run.end?.outcome}: ${run.end?.why}` }];
  });
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

/** One request may be made again for each kill: whether its answer came is not known. */
function modelProblems(requests: readonly string[][], repeated: number, deaths: number): Problem[] {
  const problems: Problem[] = [];
  if (repeated > deaths)
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

function extraSecondsOf(killed: Case, blows: readonly Blow[], clean: Case): number | null {
  const [died] = killed.deaths;
  const ended = killed.endedAt.at(-1);
  const cleanEnd = clean.endedAt[killed.endedAt.length - 1];
  const [blow] = blows;
  const passed = clean.passed.find((point) => blow !== undefined && isSame(point, blow.at));
  if (died === undefined || ended === undefined || killed.ends.at(-1) === null) return null;
  const left = passed === undefined || cleanEnd === undefined ? 0 : cleanEnd - passed.at;
  return Math.max(0, ended - died - left) / 1000;
}

function count(requests: readonly string[][]): number {
  return requests.reduce((sum, bodies) => sum + bodies.length, 0);
}
