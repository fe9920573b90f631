import { whyEnded } from '../../core/events.ts';
import type { RunRequest } from '../../core/run-record.ts';
import type { Verification } from '../../core/verification.ts';
import { count } from '../../text/count.ts';
import { attemptsSection } from '../attempts-section.ts';
import { spent } from '../cost-line.ts';
import { code, cut, folded, inline, list, paragraphs, table } from '../markdown.ts';
import { baseOf, duration, person } from '../phrases.ts';
import { type ListLimits, proofTable } from '../proof-table.ts';
import { currentProof, type RunFacts } from '../run-facts.ts';
import { closerLook } from './closer-look.ts';

const shownMissing = 20;
const filesInSight = 10;

/** What is done to other people's Markdown before GitHub renders it in ours. */
export interface Texts {
  /** Keeps what it says; takes away all that notifies, closes, loads, hides or commands. */
  neutralize(markdown: string): string;
}

/** How much of the longest parts is shown. */
export interface SectionLimits extends ListLimits {
  files: number;
  /** Characters of the agent's summary. */
  words: number;
}

export interface Round {
  request: RunRequest;
  facts: RunFacts;
  texts: Texts;
  seconds: number;
}

/** What a reviewer needs to know of one run that changed the pull request. */
export function roundSection({ request, facts, texts, seconds }: Round, room: SectionLimits): string {
  const proof = currentProof(facts);
  const files = facts.change?.files ?? [];
  const careful = closerLook(files, proof);
  return paragraphs([
    `### ${titleOf(request)}`,
    agentsWords(facts, texts, room.words),
    attemptsSection(facts),
    careful.length === 0 ? null : `**Look at these first**\n\n${list(careful)}`,
    files.length === 0 ? null : `**What changed**\n\n${fileTable(facts, room.files)}`,
    proof === null ? null : `**Proof**\n\n${proofTable(proof, room)}`,
    checksOf(proof),
    `**What was not checked**\n\n${list(notChecked(facts))}`,
    numbers(request, facts, seconds),
  ]);
}

function titleOf(request: RunRequest): string {
  const who = person(request.actor, request.repository);
  if (request.pull === null) return `Why and what, asked by ${who}`;
  const words = request.words.trim();
  return words === '' ? `Retry by ${who}` : `Retry by ${who}: ${inline(words, 200)}`;
}

/** Quoted: so it is plain whose words they are, and nothing in them reaches beyond the quotation. */
function agentsWords(facts: RunFacts, texts: Texts, limit: number): string {
  const { said } = facts;
  return paragraphs([
    stopped(facts),
    said === ''
      ? 'The agent left no summary.'
      : texts.neutralize(cut(said, limit)).trim().replace(/^/gm, '> '),
  ]);
}

/** A change that is not proven may be half a change. */
function stopped(facts: RunFacts): string | null {
  const { agentEnd } = facts;
  if (agentEnd === null || agentEnd === 'finished' || currentProof(facts)?.verdict === 'proven') return null;
  return `The agent was stopped before it said that it was done: ${whyEnded[agentEnd]}.`;
}

function fileTable({ change }: RunFacts, shown: number): string {
  const files = change?.files ?? [];
  const rows = files
    .slice(0, shown)
    .map(({ path, kind, added, removed }) => [code(path), kind, `+${added} −${removed}`]);
  const more = files.length > shown ? `and ${count(files.length - shown, 'file')} more` : null;
  const whole = paragraphs([table(['File', 'What', 'Lines'], rows), more]);
  return files.length > filesInSight ? folded(count(files.length, 'file'), whole) : whole;
}

/** What the repository's own checks complain of anew. */
function checksOf(proof: Verification | null): string | null {
  if (proof?.checks === undefined) return null;
  const clean = proof.checks
    .filter(({ complaints }) => complaints.length === 0)
    .map(({ name }) => code(name));
  const items = proof.checks.flatMap(({ name, complaints }) =>
    complaints.slice(0, shownMissing).map((complaint) => `${code(name)}: ${inline(complaint, 200)}`),
  );
  return paragraphs([
    '**Checks of the repository on the changed files**',
    clean.length === 0 ? null : `Nothing new: ${clean.join(', ')}.`,
    items.length === 0 ? null : `New complaints, which the tests do not mind:\n\n${list(items)}`,
  ]);
}

/** Said openly, so that nobody takes the proof for more than it is. */
function notChecked(facts: RunFacts): string[] {
  const proof = currentProof(facts);
  const missing = facts.environment?.leftOut ?? [];
  const leftOut = missing
    .slice(0, shownMissing)
    .map(({ name, why }) => `The dependency ${code(name, 100)} was not installed: ${inline(why, 200)}`);
  const problem = facts.baseline?.problem ?? null;
  return [
    ...(proof === null ? ['The tests were not run on this change'] : []),
    ...(proof !== null && proof.not_run.length > 0
      ? [`${count(proof.not_run.length, 'test')} did not run: see the table`]
      : []),
    ...(problem === null ? [] : [`The tests before the change are not complete: ${inline(problem, 300)}`]),
    ...leftOut,
    ...(missing.length > shownMissing
      ? [`${missing.length - shownMissing} more dependencies were not installed`]
      : []),
    `${proof?.checks === undefined ? 'Linters, type checks and other' : 'Other'} parts of CI: where there is CI, it runs on this pull request`,
  ];
}

function numbers(request: RunRequest, facts: RunFacts, seconds: number): string {
  const tree = facts.published?.tree ?? facts.change?.tree ?? null;
  const tested = currentProof(facts)?.tree;
  const what = tree === null ? '' : ` The tree ${tree === tested ? 'tested and ' : ''}pushed is \`${tree}\`.`;
  return `Made from ${baseOf(request)} in ${duration(seconds)}, with ${spent(facts)}.${what}`;
}
