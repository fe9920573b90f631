import type { RunRequest } from '../../core/run-record.ts';
import { count } from '../../text/count.ts';
import { elapsedSeconds, type RunTimes } from '../cost-line.ts';
import { cut, inline, paragraphs } from '../markdown.ts';
import { bodyLimit, command, sentence } from '../phrases.ts';
import { currentProof, type RunFacts } from '../run-facts.ts';
import { type PullRequestText, printPullRequest, type Section } from './pull-request-sections.ts';
import { splitTemplate } from './pull-request-template.ts';
import { roundSection, type SectionLimits, type Texts } from './round-section.ts';

export interface PullRequestInput {
  /** The first line, by which the pull request is found again. */
  marker: string;
  request: RunRequest;
  facts: RunFacts;
  run: { id: string } & RunTimes;
  /** Milliseconds since 1970. */
  now: number;
  texts: Texts;
  /** The repository's own template, from the base branch. */
  template: string | null;
  /** What the pull request says now, by `parsePullRequest`; null for a new one. */
  earlier: PullRequestText | null;
}

interface BodyLimits extends SectionLimits {
  /** Reports of earlier rounds. */
  earlier: number;
}

const least: BodyLimits = { names: 5, nameCharacters: 80, files: 10, words: 1000, earlier: 0 };
const narrow: BodyLimits = {
  names: 20,
  nameCharacters: 120,
  files: 30,
  words: 3000,
  earlier: Number.POSITIVE_INFINITY,
};

/** From all that there is to the least that still tells the whole; the first that is short enough is taken. */
const rooms: readonly BodyLimits[] = [
  { ...narrow, names: 200, nameCharacters: 200, files: 100, words: 10_000 },
  { ...narrow, names: 50, nameCharacters: 150, files: 50, words: 6000 },
  narrow,
  { ...narrow, earlier: 3 },
  { ...narrow, earlier: 1 },
  least,
];

/** The text of a pull request for its reviewer: first the verdict, then why and what, the proof, and its limits. */
export function renderPullRequest(input: PullRequestInput): string {
  const around = input.earlier ?? splitTemplate(cut(input.template ?? '', 16_000));
  for (const room of rooms) {
    const text = print(input, around, room);
    if (text.length <= bodyLimit) return text;
  }
  return print(input, cutAround(around, bodyLimit - print(input, nothing, least).length), least);
}

type Around = Pick<PullRequestText, 'before' | 'after'>;
const nothing: Around = { before: '', after: '' };

/** What people and the template wrote is cut last of all, from its end. */
function cutAround({ before, after }: Around, room: number): Around {
  const half = Math.floor(room / 2) - 10; // and the blank lines
  return { before: cut(before, half), after: cut(after, half) };
}

function print(input: PullRequestInput, around: Around, room: BodyLimits): string {
  const { request, facts, run, texts, now } = input;
  const former = (input.earlier?.sections ?? []).filter((section) => section.run !== run.id);
  const kept = former.slice(0, room.earlier);
  const seconds = elapsedSeconds(run, now);
  const text = paragraphs([
    roundSection({ request, facts, texts, seconds }, room),
    howToDrive,
    former.length === kept.length
      ? null
      : `The reports of ${count(former.length - kept.length, 'earlier round')} are left out here: there was no room for them.`,
  ]);
  const sections: Section[] = [{ run: run.id, text }, ...kept.map(withoutDrive)];
  return printPullRequest(input.marker, { ...around, verdict: verdict(request, facts), sections });
}

/** Whether it is proven, before all else; only a proven change may close the issue. */
function verdict(request: RunRequest, facts: RunFacts): string {
  const proof = currentProof(facts);
  const number = request.issue.number;
  if (proof?.verdict === 'proven') {
    return `✅ **Proven by tests.** ${inline(sentence(proof.why))}\n\nFixes #${number}`;
  }
  const why = proof === null ? 'The tests were not run on this change.' : sentence(proof.why);
  return `⚠️ **Not proven: review it with care.** ${inline(why)}\n\nRefs #${number}`;
}

const howToDrive = `To have something changed, comment ${command('retry <what to change>')}: your comments in the review are read as well, and commits that people push here are kept. ${command('stop')} ends the work, ${command('help')} explains the rest.`;

/** Said once, in the newest report. */
function withoutDrive({ run, text }: Section): Section {
  return { run, text: text.replace(howToDrive, '').trim() };
}
