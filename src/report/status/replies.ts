import type { Published } from '../../core/published.ts';
import type { RunRecord, RunRequest } from '../../core/run-record.ts';
import { costLine, elapsedSeconds, type RunTimes } from '../cost-line.ts';
import { code, inline, paragraphs } from '../markdown.ts';
import { command, commitLink, label } from '../phrases.ts';
import type { RunFacts } from '../run-facts.ts';
import { checklist } from './checklist.ts';
import { atEnd, endingOf } from './ending.ts';
import { waitingWords } from './waiting.ts';

/** What the bot can do, for people who never saw it. */
export function helpText(): string {
  return `I turn an issue into a pull request and show with the repository's own tests that it works. People with write access can ask me:

| Where | Say | What happens |
| --- | --- | --- |
| Issue | add the label ${label}, or comment ${command('fix')} | I work on it and open a draft pull request |
| My pull request | ${command('retry <what to change>')} | I read the review and your words, and add a commit |
| Both | ${command('stop')} | I stop; what was done so far is not published |
| Both | ${command('status')} | I say how far I am and what it cost |
| Both | ${command('help')} | I say this |

A command is the first thing in a comment. I read what was there when I was asked, and only what people with write access wrote, beside the issue itself.`;
}

interface ReplyInput {
  request: RunRequest;
  facts: RunFacts;
  run: Pick<RunRecord, 'end' | 'cancelReason'> & RunTimes;
  /** Milliseconds since 1970. */
  now: number;
}

/** The answer to `status`. */
export function statusReply({ request, facts, run, now }: ReplyInput): string {
  const ending = endingOf(request, facts, run);
  const live = waitingWords(facts) ?? 'Working on it.';
  const state = ending === null ? live : `${inline(ending.title)}. ${ending.verdict}`;
  return paragraphs([
    state,
    checklist(atEnd(facts, run), { isOver: ending !== null, at: now }),
    costLine(facts, elapsedSeconds(run, now), ending === null),
  ]);
}

export function noRunReply(): string {
  return `Nothing is running here, and nothing ran before. To start, add the label ${label} to an issue.`;
}

/** The answer in a review thread after a retry. `about` is the thread's place in the code, such as `src/sum.ts:12`. */
export function threadReply({ request, facts, run }: ReplyInput, about: string | null): string {
  const { published } = atEnd(facts, run);
  if (published === null) return nothingDone(request, facts, run);
  const path = about?.replace(/:\d+(-\d+)?$/, '') ?? null;
  const file = facts.change?.files.find((one) => one.path === path);
  if (path === null) return `${inCommit(published, request)}: please check whether it does what you meant.`;
  if (file === undefined)
    return `Not addressed here: the commit ${commitLink(published.commit, request)} does not touch ${code(path)}. If it should, comment ${command('retry <what to change>')}.`;
  const what =
    file.kind === 'deleted'
      ? `deletes ${code(path)}`
      : `changes ${code(path)} (+${file.added} −${file.removed})`;
  return `${inCommit(published, request)} ${what}: please check whether it does what you meant.`;
}

function inCommit({ commit }: Published, request: RunRequest): string {
  return `Commit ${commitLink(commit, request)}`;
}

function nothingDone(request: RunRequest, facts: RunFacts, run: ReplyInput['run']): string {
  const ending = endingOf(request, facts, run);
  return `Not addressed: nothing was published.${ending === null ? '' : ` ${ending.verdict}`}`;
}
