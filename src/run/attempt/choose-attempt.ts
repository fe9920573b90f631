import type { Choice, EndedAttempt } from '../../core/attempts.ts';
import type { Verification } from '../../core/verification.ts';
import { type ChangedLines, changedLines, likeness } from '../../text/changed-lines.ts';

/** An attempt that came to a change which can be offered. */
interface Candidate {
  attempt: number;
  verification: Verification;
  change: ChangedLines;
}

/** Attempts that came to the same change, the one to take first. */
interface Group {
  members: Candidate[];
  first: Candidate;
  /** How much all candidates together bear it out: 1 for each that is the same, less for each that is only like it. */
  agreement: number;
}

/**
 * Which of several attempts a run takes: proof first, then what breaks nothing, then agreement, then the smaller change,
 * then the earlier. Null when there was but one attempt, or none came to a change.
 */
export function chooseAttempt(tried: readonly EndedAttempt[]): Choice | null {
  const candidates = tried.flatMap(candidateOf);
  const [only] = candidates;
  if (only === undefined || tried.length < 2) return null;
  if (candidates.length === 1) return taken(only, 'no other came to a change');
  const [best, why] = sieve(candidates);
  const [one] = best;
  if (best.length === 1 && one !== undefined) return taken(one, why);
  const [winner, ...others] = groupsOf(best).toSorted(byWorth);
  return winner === undefined ? null : taken(winner.first, whyAgreed(winner, others, best.length));
}

const taken = ({ attempt }: Candidate, why: string): Choice => ({ attempt, why });

function candidateOf({ attempt, patch, verification }: EndedAttempt): Candidate[] {
  return patch === null || verification === null
    ? []
    : [{ attempt, verification, change: changedLines(patch) }];
}

/** Those that tests speak for most, with what is to be said where it is only one. */
function sieve(candidates: readonly Candidate[]): [readonly Candidate[], string] {
  const proven = candidates.filter(({ verification }) => verification.verdict === 'proven');
  if (proven.length > 0) return [proven, 'it is proven by tests'];
  const harmless = candidates.filter(({ verification }) => isHarmless(verification));
  return [harmless.length > 0 ? harmless : candidates, 'it alone breaks no test and weakens none'];
}

function isHarmless({ newly_red, tampering, still_green, not_run }: Verification): boolean {
  const couldRun = still_green > 0 || not_run.length === 0;
  return newly_red.length === 0 && tampering.length === 0 && couldRun;
}

function groupsOf(candidates: readonly Candidate[]): Group[] {
  const groups: Candidate[][] = [];
  for (const candidate of candidates) {
    const same = groups.find(([member]) => member !== undefined && isSame(member, candidate));
    if (same === undefined) groups.push([candidate]);
    else same.push(candidate);
  }
  return groups.map((members) => {
    const [first] = members.toSorted((one, other) => one.change.size - other.change.size) as [Candidate];
    const agreement = candidates.reduce((sum, { change }) => sum + likeness(first.change, change), 0);
    return { members, first, agreement };
  });
}

const isSame = (one: Candidate, other: Candidate) => likeness(one.change, other.change) === 1;

const rounding = 1e-9;

function byWorth(one: Group, other: Group): number {
  const difference = other.agreement - one.agreement;
  if (Math.abs(difference) > rounding) return difference;
  return one.first.change.size - other.first.change.size || one.first.attempt - other.first.attempt;
}

function whyAgreed(winner: Group, [second]: readonly Group[], candidates: number): string {
  const { members, first, agreement } = winner;
  if (second === undefined) return `all ${candidates} with a change came to the same one`;
  if (agreement - second.agreement > rounding)
    return members.length > 1
      ? `${members.length} of ${candidates} came to the same change`
      : 'it has most in common with the others';
  return first.change.size < second.first.change.size
    ? 'it is the smaller change'
    : 'nothing speaks for another one, and it came first';
}
