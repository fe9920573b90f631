const punctuation = '[!-/:-@\\[-`{-~]';
const special = new RegExp(
  [
    `\\\\(?=${punctuation}|\\s*\\n|$)`, // would escape what follows
    '<(?=[a-z/!?])', // would begin HTML
    '&(?=#?\\w+;)', // would be a character
    '`',
    '\\](?=[(\\[:])', // would be a link
  ].join('|'),
  'gi',
);

/** A text of which nothing is HTML, code or a link when it is parsed as Markdown. */
export function escapeMarkdown(text: string): string {
  return text.replace(special, '\\$&');
}

/** A line of text that would begin a heading, a quote, a list, a table, a fence or a rule. */
export function escapeLineStart(line: string): string {
  return line
    .replace(/^(?=#{1,6}(\s|$)|>|[-+*](\s|$)|=+$|-+$|[*_](\s*[*_]){2,}$|~~~|\|)/, '\\')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}

/** A code block that nothing within it can end. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A text as a code span that nothing within it can end. */
export function inlineCode(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  const space = /^`|`$/.test(line) ? ' ' : '';
  return `${mark}${space}${line}${space}${mark}`;
}

/** Addresses of the web and paths within the repository; the rest, such as `javascript:`, is not shown. */
export function safeUrl(url: string): string {
  const known = /^(https?:\/\/|mailto:)/i.test(url) || !/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(url);
  if (!known || url.length > 500) return '';
  return url
    .trim()
    .toWellFormed()
    .replace(/[^\w\-.~:/?#@!$'*+,;=%&]/gu, (character) => encodeURIComponent(character))
    .replace(/[()]/g, (character) => (character === '(' ? '%28' : '%29'));
}
