import type { Outcome } from '../core/outcome.ts';
import type { RunRecord, RunRequest } from '../core/run-record.ts';
import { oneLine } from '../text/one-line.ts';
import { attemptsSection } from './attempts-section.ts';
import { checklist } from './checklist.ts';
import { atEnd, type Ending, endingOf } from './ending.ts';
import { cut, paragraphs } from './markdown.ts';
import { costLine, elapsedSeconds, type RunTimes } from './numbers.ts';
import { proofTable } from './proof-table.ts';
import { currentProof, type RunFacts } from './run-facts.ts';
import { waitingWords } from './waiting.ts';
import { bodyLimit, count } from './words.ts';

/** A check run as GitHub's API takes it. A finished one never waits for anybody, and blocks nobody by itself. */
export interface Check {
  name: 'ai-fix';
  status: 'queued' | 'in_progress' | 'completed';
  conclusion?: 'success' | 'neutral' | 'failure' | 'cancelled';
  title: string;
  /** At most 65,535 characters. */
  summary: string;
  /** At most 3. */
  actions: CheckAction[];
  /** At most 50, as many as one request takes. */
  annotations: Annotation[];
}

interface CheckAction {
  /** At most 20 characters. */
  label: string;
  /** At most 40 characters. */
  description: string;
  /** At most 20 characters; comes back in `check_run.requested_action`. */
  identifier: 'retry' | 'stop';
}

interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: 'warning';
  title: string;
  message: string;
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

const annotationsAtOnce = 50;

export function renderCheck(input: CheckInput): Check {
  const { request, run } = input;
  const facts = atEnd(input.facts, run);
  const ending = endingOf(request, facts, run);
  return {
    name: 'ai-fix',
    ...(ending === null
      ? { status: run.startedAt === null ? 'queued' : 'in_progress' }
      : { status: 'completed', conclusion: conclusions[ending.outcome] }),
    title: ending === null ? liveTitle(input) : titleOf(ending, facts),
    summary: summary({ ...input, facts }, ending),
    actions: ending === null ? [stop] : [retry],
    annotations: annotations(facts),
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

/** Tests made weaker, at the files in question; which line it was is not known. */
function annotations(facts: RunFacts): Annotation[] {
  return (currentProof(facts)?.tampering ?? [])
    .filter(({ path }) => path !== '')
    .slice(0, annotationsAtOnce)
    .map(({ path, what }) => ({
      path,
      start_line: 1,
      end_line: 1,
      annotation_level: 'warning',
      title: 'Tests made weaker',
      message: cut(oneLine(`This change ${what}`), 1000), // plain text, no Markdown
    }));
}
