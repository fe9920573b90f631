import { oneLine } from '../text/one-line.ts';
import { headAndTail } from '../text/truncate.ts';
import { visibleText } from '../text/visible.ts';

/** What others wrote goes into our Markdown through these functions only. */

const nameCharacters = 200;

/** A text as a code span: nothing in it is Markdown, a mention, a reference or a command. */
export function code(text: string, limit = nameCharacters): string {
  const line = oneWithin(text, limit) || '(empty)';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = /^`|`$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** What GitHub makes a link of, or tells somebody about: mentions, references, addresses, commits. */
const live = /((?:https?:\/\/|www\.)\S+|[\w.+-]*@[\w./-]+|[\w./-]*#\d+|\bGH-\d+|\b[0-9a-f]{7,64}\b)/gi;

/** A text in a sentence of ours: plain words; what would become a link or tell somebody is shown as code. */
export function inline(text: string, limit = 500): string {
  return oneWithin(text, limit)
    .split(live)
    .map((part, index) => (index % 2 === 1 ? code(part) : part.replace(/[\\`*_{}[\]<>()#!~&$]/g, '\\$&')))
    .join('');
}

/** One line of it; a text of megabytes is not read to its end for that. */
function oneWithin(text: string, limit: number): string {
  return cut(oneLine(text.slice(0, 4 * limit)), limit);
}

/** A text of several lines as it is, in a code block. */
export function block(text: string, limit: number): string {
  const shown = headAndTail(visibleText(text).trim(), limit).replace(/^(?=\/[a-z])/gim, ' '); // no command to a bot
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${fence}text\n${shown}\n${fence}`;
}

/** A table; the cells are Markdown. An escaped pipe is the only one that does not end a cell, also in code. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(markdown: string): string {
  return markdown.replace(/(\\*)\|/g, (_, slashes: string) =>
    slashes.length % 2 === 1 ? `${slashes}\\\\|` : `${slashes}\\|`,
  );
}

/** A part that is closed until somebody opens it. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A list, and how many more there are than those given. */
export function list(items: readonly string[], total = items.length): string {
  const more = total > items.length ? [`- and ${total - items.length} more`] : [];
  return [...items.map((item) => `- ${item}`), ...more].join('\n');
}

/** Parts that are there, one blank line between them. */
export function paragraphs(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** Cuts to a number of characters, never through one. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
