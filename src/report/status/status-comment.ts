import type { RunRecord, RunRequest } from '../../core/run-record.ts';
import { count } from '../../text/count.ts';
import { attemptsSection } from '../attempts-section.ts';
import { costLine, elapsedSeconds, type RunTimes } from '../cost-line.ts';
import { block, folded, inline, list, paragraphs } from '../markdown.ts';
import { baseOf, command, person, sentence } from '../phrases.ts';
import type { RunFacts } from '../run-facts.ts';
import { adviceFor } from './advice.ts';
import { checklist } from './checklist.ts';
import { atEnd, type Ending, endingOf } from './ending.ts';
import { waitingWords } from './waiting.ts';

export interface StatusInput {
  /** The first line, by which the comment is found again. */
  marker: string;
  request: RunRequest;
  facts: RunFacts;
  run: Pick<RunRecord, 'id' | 'end' | 'cancelReason'> & RunTimes;
  /** Milliseconds since 1970. */
  now: number;
}

const shownReasons = 10;
const shownNotes = 20;
const saidCharacters = 3000;

/** The one comment about a run, edited in place. The same facts within a minute give the same text. */
export function renderStatus(input: StatusInput): string {
  const { marker, request, run } = input;
  const facts = atEnd(input.facts, run);
  const ending = endingOf(request, facts, run);
  return paragraphs([
    `${marker}\n### ${headline(input, ending)}`,
    ending === null ? waitingWords(facts) : ending.verdict,
    ending === null ? null : `**Next:** ${ending.next}`,
    ending === null || ending.detail === '' ? null : folded('What was said', ending.detail),
    ending?.outcome === 'no_change' && facts.said !== ''
      ? folded('What the agent says', block(facts.said, saidCharacters))
      : null,
    whatIsRead(input),
    attemptsSection(facts),
    checklist(facts, { isOver: ending !== null, at: input.now }),
    notes(facts),
    costLine(facts, elapsedSeconds(run, input.now), ending === null),
    footer(input, ending),
  ]);
}

/** The same comment about a run of which nothing can be read but that it was damaged. */
export function renderDamaged({ marker, id, why }: { marker: string; id: string; why: string }): string {
  const { what, next } = adviceFor('data_corrupt');
  return paragraphs([
    `${marker}\n### ❌ Failed`,
    what,
    `**Next:** ${next} To start again, comment ${command('fix')}.`,
    folded('What was said', block(why, saidCharacters)),
    `<sub>Run ${id}</sub>`,
  ]);
}

function headline({ request, run, facts }: StatusInput, ending: Ending | null): string {
  if (ending !== null) return `${ending.icon} ${ending.title}`;
  const what = request.pull === null ? 'a fix' : 'your review';
  if (run.cancelReason !== null) return '⏳ Stopping';
  if (facts.parked !== null) return `⏸️ Waiting to go on with ${what}`;
  return run.startedAt === null ? `⏳ Waiting to work on ${what}` : `⏳ Working on ${what}`;
}

/** What the work starts from: what was approved, and nothing that was written later. */
function whatIsRead({ request }: StatusInput): string {
  const subject = request.pull === null ? 'this issue' : 'the issue, this pull request';
  const comments = request.comments.length;
  const read = comments === 0 ? subject : `${subject} and ${count(comments, 'comment')}`;
  const times = comments === 0 ? 'it was' : 'they were';
  return [
    `Starts from ${baseOf(request)}, asked by ${person(request.actor, request.repository)}.`,
    ...(request.words.trim() === '' ? [] : [`Asked for: ${inline(request.words)}`]),
    `Reads ${read}, as ${times} when it was asked.`,
    ...(request.leftOut.length === 0 ? [] : [`Left out: ${leftOut(request.leftOut)}.`]),
  ].join('\n'); // in comments a line end is one
}

function leftOut(reasons: readonly string[]): string {
  const more = reasons.length > shownReasons ? [`and ${reasons.length - shownReasons} more`] : [];
  return [...reasons.slice(0, shownReasons).map((one) => inline(one, 200)), ...more].join('; ');
}

/** What was done differently from the plan, and dependencies that could not be had. */
function notes({ environment, notes: told }: RunFacts): string {
  const missing = (environment?.leftOut ?? []).map(({ name, why }) => `Not installed: ${name} (${why})`);
  const all = [...missing, ...told, ...(environment?.notes ?? [])];
  const shown = all.slice(0, shownNotes).map((note) => inline(sentence(note), 300));
  return all.length === 0 ? '' : folded(`Notes (${all.length})`, list(shown, all.length));
}

function footer({ run }: StatusInput, ending: Ending | null): string {
  const drive =
    ending === null
      ? `${command('stop')} stops it, ${command('status')} shows how far it is, ${command('help')} explains the rest.`
      : `${command('help')} explains what else you can ask for.`;
  return `<sub>${drive} Run ${run.id}</sub>`;
}
