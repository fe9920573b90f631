import type { RunRequest } from '../../core/run-record.ts';
import { oneLine } from '../../text/one-line.ts';
import { cut } from '../markdown.ts';

const imperative =
  /^(fix|add|support|allow|make|remove|drop|delete|update|upgrade|improve|implement|rename|use|handle|document|show|hide|move|replace|refactor|avoid|prevent|ensure|create|enable|disable|change|correct|clean|speed|reduce|restore|revert|stop|do|let|accept|reject|return|throw|validate|test)\b/i;

/**
 * The title of the pull request, and of its first commit: from the issue's title, where it already says what to do as
 * it is. Squashing makes a commit message of a pull request's title, so it is as harmless as one.
 */
export function pullRequestTitle({ issue }: Pick<RunRequest, 'issue'>, limit = 120): string {
  const title = harmless(issue.title).replace(/\.$/, '');
  if (title === '') return `Fix issue ${issue.number}`;
  return cut(imperative.test(title) ? title : `Fix: ${title}`, limit);
}

/** One line without what acts in commit messages: mentions, references that close, skipped CI, trailers. */
export function harmless(text: string): string {
  return oneLine(text)
    .replace(/https?:\/\//gi, '')
    .replace(/@(?=[\w-])/g, '')
    .replace(/#(?=\d)/g, '')
    .replace(/\bGH-(?=\d)/gi, 'GH ')
    .replace(/\*\*\*NO_CI\*\*\*/gi, 'NO_CI')
    .replace(/\[([^\]]*\b(?:skip|no|ci)\b[^\]]*)\]/gi, '$1')
    .replace(/\b([a-z]+(?:-[a-z]+)*-by|skip-checks|change-id):/gi, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
