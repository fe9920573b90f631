import type { RunRequest } from '../../core/run-record.ts';
import { cut } from '../markdown.ts';
import type { RunFacts } from '../run-facts.ts';
import { harmless, pullRequestTitle } from './plain-title.ts';

const subjectCharacters = 72;
const bodyCharacters = 600;

/** Subject, and the agent's reason in short. */
export function commitMessage(request: RunRequest, facts: RunFacts): string {
  const body = wrap(cut(harmless(firstParagraph(facts.said)), bodyCharacters));
  return [subject(request), body].filter((part) => part !== '').join('\n\n');
}

function subject(request: RunRequest): string {
  const words = harmless(request.words);
  if (request.pull === null) return pullRequestTitle(request, subjectCharacters);
  return cut(words === '' ? 'Follow the review' : `Follow the review: ${words}`, subjectCharacters);
}

function firstParagraph(markdown: string): string {
  const paragraphs = markdown.split(/\n\s*\n/).filter((part) => !/^\s*(#|```|\||<!--|>)/.test(part));
  return (paragraphs[0] ?? '').replace(/[*`]/g, '').replace(/^\s*[-+]\s+/gm, '');
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > subjectCharacters) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].filter((one) => one !== '').join('\n');
}
