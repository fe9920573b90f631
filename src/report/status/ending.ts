import type { ErrorCode } from '../../core/errors.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { RunRecord, RunRequest } from '../../core/run-record.ts';
import { block, cut, inline, paragraphs } from '../markdown.ts';
import { command, label, sentence } from '../phrases.ts';
import type { RunFacts } from '../run-facts.ts';
import { type Advice, adviceFor } from './advice.ts';
import { exampleIn } from './config-example.ts';

/** How a run ended, in words: the same for status comment, check and replies. Markdown, but for the title. */
export interface Ending {
  outcome: Outcome;
  icon: string;
  /** A few words, plain text. */
  title: string;
  /** The verdict in one sentence. */
  verdict: string;
  /** What people can do next. */
  next: string;
  /** What a command or an error said, where it helps; '' where not. */
  detail: string;
}

export type EndedRun = Pick<RunRecord, 'end' | 'cancelReason'>;

const detailCharacters = 3000;

/** The facts of a run that may have ended: what it published counts also where that was not logged any more. */
export function atEnd(facts: RunFacts, { end }: EndedRun): RunFacts {
  return { ...facts, published: end?.published ?? facts.published };
}

/** Null while the run goes on. */
export function endingOf(request: RunRequest, facts: RunFacts, run: EndedRun): Ending | null {
  if (run.end === null) return null;
  const { outcome, why } = run.end;
  const { published } = atEnd(facts, run);
  const pull = published === null ? null : `#${published.pull}`;
  const known = facts.outcome?.outcome === outcome ? facts.outcome.code : null;
  return { outcome, detail: '', ...endings[outcome]({ request, why, pull, code: known, run }) };
}

interface About {
  request: RunRequest;
  why: string;
  /** "#12", where there is one. */
  pull: string | null;
  code: ErrorCode | null;
  run: EndedRun;
}

type Words = Omit<Ending, 'outcome' | 'detail'> & Partial<Pick<Ending, 'detail'>>;

const endings: Record<Outcome, (about: About) => Words> = {
  proven: ({ request, why, pull }) => ({
    icon: '✅',
    title: pull === null ? 'Done' : `Done: pull request ${pull}`,
    verdict: told(why),
    next: `${reviewIt(request, pull)} To have something changed, comment ${command('retry <what to change>')} there.`,
  }),
  unproven: ({ request, why, pull }) => ({
    icon: '⚠️',
    title: pull === null ? 'Not proven' : `Not proven: pull request ${pull}`,
    verdict: `The tests do not prove the change: ${told(why, false)}`,
    next:
      pull === null
        ? `Nothing was published. ${again(request)}`
        : `Look at ${pull} with care: its tables show what is known. To have it tried again, comment ${command('retry <what to do differently>')} there.`,
  }),
  no_change: ({ request, why }) => ({
    icon: 'ℹ️',
    title: 'Nothing changed',
    verdict: told(why),
    next:
      request.pull === null
        ? `If there is something to fix, say in the issue what happens, what should happen, and how to see it. ${again(request)}`
        : `Say what should change: comment ${command('retry <what to change>')}.`,
  }),
  refused: (about) => withAdvice('⛔', 'Not done', about),
  failed: (about) => withAdvice('❌', 'Failed', about),
  cancelled: ({ request, why, run }) => ({
    icon: '⏹️',
    title: 'Cancelled',
    verdict: `The run was stopped: ${told(run.cancelReason ?? why, false)}`,
    next: again(request),
  }),
};

function withAdvice(icon: string, title: string, { request, why, pull, code }: About): Words {
  const advice = adviceFor(code);
  const example = (code === 'no_environment' ? exampleIn(why) : null) ?? advice.example;
  const kept = pull === null ? '' : ` What was done is in pull request ${pull}.`;
  return {
    icon,
    title: `${title}: ${titleOf(advice)}`,
    verdict: `${advice.what}${kept}`,
    next: paragraphs([
      advice.next,
      example === undefined ? null : `\`\`\`yaml\n${example}\n\`\`\``,
      again(request),
    ]),
    detail: advice.showWords ? block(why, detailCharacters) : '',
  };
}

/** The advice's sentence within a title, where only names such as GitHub's keep their capital. */
function titleOf({ what }: Advice): string {
  const text = what.replace(/\.$/, '').replaceAll('`', '');
  return cut(text.startsWith('GitHub') ? text : `${text[0]?.toLowerCase()}${text.slice(1)}`, 90);
}

function reviewIt(request: RunRequest, pull: string | null): string {
  if (request.pull !== null) return 'Review the new commit.';
  return pull === null ? '' : `Review ${pull}: it is a draft until somebody says that it is ready.`;
}

function again(request: RunRequest): string {
  return request.pull === null
    ? `To start again, add the label ${label} again.`
    : `To start again, comment ${command('retry')}.`;
}

/** What a stage tells, as a sentence or, after a colon, its end. */
function told(why: string, isSentence = true): string {
  const first = why.split('\n', 1)[0] ?? '';
  const full = sentence(first);
  return inline(isSentence ? full : `${first.trim().slice(0, 1)}${full.slice(1)}`);
}
