import type { Outcome } from '../../core/outcome.ts';
import type { RunRecord, RunRequest } from '../../core/run-record.ts';
import { count } from '../../text/count.ts';
import { attemptsSection } from '../attempts-section.ts';
import { costLine, elapsedSeconds, type RunTimes } from '../cost-line.ts';
import { cut, paragraphs } from '../markdown.ts';
import { bodyLimit } from '../phrases.ts';
import { proofTable } from '../proof-table.ts';
import { currentProof, type RunFacts } from '../run-facts.ts';
import { checklist } from './checklist.ts';
import { atEnd, type Ending, endingOf } from './ending.ts';
import { waitingWords } from './waiting.ts';

/** What a check run on GitHub says. A finished one never waits for anybody, and blocks nobody by itself. */
export interface Check {
  name: 'ai-fix';
  /** Null while it is under way. */
  conclusion: 'success' | 'neutral' | 'failure' | 'cancelled' | null;
  title: string;
  /** At most 65,535 characters. */
  summary: string;
  /** At most 3. */
  actions: CheckAction[];
}

interface CheckAction {
  /** At most 20 characters. */
  label: string;
  /** At most 40 characters. */
  description: string;
  /** At most 20 characters; comes back in `check_run.requested_action`. */
  identifier: 'retry' | 'stop';
}

export interface CheckInput {
  request: RunRequest;
  facts: RunFacts;
  run: Pick<RunRecord, 'end' | 'cancelReason'> & RunTimes;
  /** Milliseconds since 1970. */
  now: number;
}

const conclusions = {
  proven: 'success',
  unproven: 'neutral',
  no_change: 'neutral',
  refused: 'failure',
  failed: 'failure',
  cancelled: 'cancelled',
} as const satisfies Record<Outcome, Check['conclusion']>;

const retry: CheckAction = {
  label: 'Retry',
  description: 'Try again with what the review says',
  identifier: 'retry',
};
const stop: CheckAction = { label: 'Stop', description: 'End this run now', identifier: 'stop' };

export function renderCheck(input: CheckInput): Check {
  const { request, run } = input;
  const facts = atEnd(input.facts, run);
  const ending = endingOf(request, facts, run);
  return {
    name: 'ai-fix',
    conclusion: ending === null ? null : conclusions[ending.outcome],
    title: ending === null ? liveTitle(input) : titleOf(ending, facts),
    summary: summary({ ...input, facts }, ending),
    actions: ending === null ? [stop] : [retry],
  };
}

function liveTitle({ run, facts }: CheckInput): string {
  if (run.cancelReason !== null) return 'Stopping';
  if (facts.parked !== null) return 'Waiting';
  return run.startedAt === null ? 'Waiting' : 'Working';
}

function titleOf({ outcome, title }: Ending, facts: RunFacts): string {
  const proof = currentProof(facts);
  if (outcome !== 'proven' || proof === null) return title;
  return `Proven: ${count(proof.red_to_green.length, 'test')} red to green, ${count(proof.still_green, 'test')} still green`;
}

function summary({ facts, run, now }: CheckInput, ending: Ending | null): string {
  const proof = currentProof(facts);
  const text = paragraphs([
    ending === null ? waitingWords(facts) : ending.verdict,
    ending === null ? null : `**Next:** ${ending.next}`,
    ending?.detail ?? null,
    proof === null ? null : proofTable(proof, { names: 30, nameCharacters: 120 }),
    attemptsSection(facts),
    checklist(facts, { isOver: ending !== null, at: now }),
    costLine(facts, elapsedSeconds(run, now), ending === null),
  ]);
  return cut(text, bodyLimit);
}
