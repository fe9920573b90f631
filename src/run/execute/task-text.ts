import type { TaskText } from '../../agent/first-message.ts';
import type { FrozenComment, RetriedPull, RunRequest } from '../../core/run-record.ts';
import { headAndTail } from '../../text/truncate.ts';

const patchCharacters = 30_000;

/**
 * What the agent is told of a request: the issue, what people said about it, and for a retry what was asked of which
 * change. `earlier` is the patch of the pull request as it is.
 */
export function taskText(request: RunRequest, earlier: string | null): TaskText {
  const { issue, comments, pull, words, actor } = request;
  const sections = [
    issue.text,
    section('Comments', comments.map(printComment).join('\n\n')),
    pull === null ? '' : printPull(pull, earlier),
    pull === null
      ? section(`Added by ${actor.login}, who asked for this`, words)
      : section(`What ${actor.login} asks for now`, words === '' ? retryWithoutWords : words),
  ];
  return { title: issue.title, body: sections.filter((text) => text !== '').join('\n\n') };
}

const retryWithoutWords =
  'Another attempt: take up what the reviewers wrote and what the failed checks say; where there is nothing of both, improve the change.';

function section(title: string, text: string): string {
  return text === '' ? '' : `## ${title}\n\n${text}`;
}

function printComment({ author, at, text, about }: FrozenComment): string {
  const where = about === null ? '' : `, about ${about}`;
  return `### ${author}, ${at.slice(0, 10)}${where}\n\n${text}`;
}

function printPull(pull: RetriedPull, earlier: string | null): string {
  const failed = pull.failedChecks.map(({ name, summary }) => `### ${name}\n\n${summary}`).join('\n\n');
  const change = headAndTail(earlier ?? '', patchCharacters);
  return [
    section(
      `The change so far (pull request ${pull.number})`,
      change === '' ? '' : `It is in the work tree already; improve it there.\n\n~~~~diff\n${change}\n~~~~`,
    ),
    section('Checks that failed on it', failed),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}
