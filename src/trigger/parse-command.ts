import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { type BotCommand, botCommandNames } from '../core/trigger.ts';

const command = /^\s*\/deepseek(?=\s|$)[^\S\n]*(\S*)([\s\S]*)$/i;
/** Characters: this is done while GitHub waits for an answer, and on behalf of anybody. */
const wordsLimit = 5000;
const markdown = unified().use(remarkParse);

/**
 * The command that a comment begins with, such as `/deepseek retry use a map`; null when it begins with none. Only
 * plain text at the very start counts, not a quote, code or an HTML comment. A missing or unknown name asks for
 * help. The words after it, over any number of lines, are as they were written: for whoever reads them to sanitise.
 */
export function parseCommand(comment: string): BotCommand | null {
  const [, word = '', rest = ''] = command.exec(comment) ?? [];
  if (!command.test(comment) || !beginsWithParagraph(comment)) return null;
  const name = botCommandNames.find((known) => known === word.toLowerCase());
  if (name === undefined) return { name: 'help', words: '' };
  return { name, words: rest.slice(0, wordsLimit).trim() };
}

/** The first lines decide: a whole comment could take long to parse. */
function beginsWithParagraph(comment: string): boolean {
  const [first] = markdown.parse(comment.replace(/^\s*\n/, '').slice(0, 200)).children;
  return first?.type === 'paragraph' && first.children[0]?.type === 'text';
}
