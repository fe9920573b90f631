import type { Element, ElementContent, Root, RootContent } from 'hast';
import type { WrittenImage } from '../core/issue-image.ts';
import { knownLanguage } from './languages.ts';

/** What was left out, by how often. */
export interface LeftOut {
  comments: number;
  hidden: number;
  emptyLinks: number;
  /** In the order of the text. */
  images: WrittenImage[];
}

type Node = Root | RootContent | ElementContent;

/**
 * A rendered text as Markdown again, of nothing but what a person sees. What would be read as HTML, a link or a
 * block when it is parsed again is escaped; other characters stay as they are, for names like `snake_case`.
 */
export function printVisible(root: Root, leftOut: LeftOut): string {
  return printBlocks(root.children, { leftOut }).join('\n\n');
}

interface Context {
  leftOut: LeftOut;
}

const blocks = new Set(
  (
    'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
);

/** Their content is not shown as text, or not by GitHub. */
const unseen = new Set(
  (
    'audio canvas datalist dialog embed frame frameset head iframe math noembed noframes noscript object option ' +
    'script select source style svg template textarea title track video xmp'
  ).split(' '),
);

const hidingStyle =
  /display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|opacity\s*:\s*0*\.?0*(\D|$)|font-size\s*:\s*0/i;

function isHidden({ tagName, properties }: Element): boolean {
  if (unseen.has(tagName)) return true;
  return Object.hasOwn(properties, 'hidden') || hidingStyle.test(String(properties.style ?? ''));
}

/** The children that a person sees; the others are counted. */
function seen(nodes: readonly Node[], { leftOut }: Context): Node[] {
  return nodes.filter((node) => {
    if (node.type === 'comment') leftOut.comments++;
    const hidden = node.type === 'element' && isHidden(node);
    if (hidden && !['source', 'track'].includes(node.tagName)) leftOut.hidden++;
    return !hidden && (node.type === 'text' || node.type === 'element');
  });
}

const isBlock = (node: Node): boolean =>
  node.type === 'element' && (blocks.has(node.tagName) || node.children.some(isBlock));

/** The text of code. */
function seenText(node: Node, context: Context): string {
  if (node.type === 'text') return node.value;
  if (node.type !== 'element') return '';
  if (node.tagName === 'br') return '\n';
  return seen(node.children, context)
    .map((child) => seenText(child, context))
    .join('');
}

/** One entry per block; text between blocks is a paragraph. */
function printBlocks(nodes: readonly Node[], context: Context): string[] {
  const printed: string[] = [];
  let line: Node[] = [];
  const endParagraph = () => {
    printed.push(printParagraph(line, context));
    line = [];
  };
  for (const node of seen(nodes, context)) {
    if (node.type === 'element' && isBlock(node)) {
      endParagraph();
      printed.push(...printBlock(node, context));
    } else line.push(node);
  }
  endParagraph();
  return printed.filter((block) => block !== '');
}

function printParagraph(nodes: readonly Node[], context: Context): string {
  return printInline(nodes, context)
    .split('\n')
    .map((line) => escapeLineStart(line.replace(/[ \t]+/g, ' ').trim()))
    .filter((line) => line !== '')
    .join('\n');
}

function printBlock(node: Element, context: Context): string[] {
  const { tagName, children } = node;
  const level = /^h([1-6])$/.exec(tagName)?.[1];
  if (level !== undefined) return printHeading(Number(level), children, context);
  if (tagName === 'hr') return ['---'];
  if (tagName === 'pre') return [printCode(node, context)];
  if (tagName === 'table') return [printTable(node, context)];
  if (tagName === 'blockquote') return [prefixLines(printBlocks(children, context).join('\n\n'), '> ', '> ')];
  if (tagName === 'ul' || tagName === 'ol') return [printList(node, context)];
  if (tagName === 'details') return printDetails(node, context);
  if (Object.hasOwn(node.properties, 'dataFootnotes')) return printFootnotes(node, context);
  return printBlocks(children, context);
}

function printHeading(level: number, children: readonly Node[], context: Context): string[] {
  const text = printBlocks(children, context).join(' ').replaceAll('\n', ' ');
  return text === '' ? [] : [`${'#'.repeat(level)} ${text.replace(/#+$/, (end) => `\\${end}`)}`];
}

function printCode(pre: Element, context: Context): string {
  const [code] = pre.children.filter((child) => child.type === 'element');
  const names = code?.properties.className;
  const written = Array.isArray(names) ? String(names[0] ?? '').replace(/^language-/, '') : '';
  return fenced(seenText(pre, context).replace(/\n$/, ''), knownLanguage(written));
}

/** A code block that nothing within it can end. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function prefixLines(text: string, first: string, others: string): string {
  if (text === '') return '';
  return `${first}${text.replace(/\n/g, `\n${others}`)}`.replace(/[ \t]+$/gm, (end) =>
    end.includes('\n') ? end : '',
  );
}

function printList(list: Element, context: Context): string {
  const start = Number(list.properties.start ?? 1);
  const items = seen(list.children, context).filter((node) => node.type === 'element');
  return items
    .map((item, index) => {
      const mark = list.tagName === 'ol' ? `${Math.min(Math.max(0, start), 99_999) + index}. ` : '- ';
      const parts = printBlocks(item.tagName === 'li' ? item.children : [item], context);
      return prefixLines(joinInItem(parts), mark, ' '.repeat(mark.length));
    })
    .filter((item) => item !== '')
    .join('\n');
}

function joinInItem(parts: readonly string[]): string {
  return parts
    .reduce((before, part) => `${before}${part.startsWith('- ') ? '\n' : '\n\n'}${part}`, '')
    .trim();
}

/** What is folded away stays, marked: logs are often given so, but not everybody opens them. */
function printDetails(details: Element, context: Context): string[] {
  const isSummary = (node: Node) => node.type === 'element' && node.tagName === 'summary';
  const summary = printBlocks(details.children.filter(isSummary), context).join(' ').replaceAll('\n', ' ');
  const content = printBlocks(
    details.children.filter((node) => !isSummary(node)),
    context,
  );
  if (Object.hasOwn(details.properties, 'open')) return [summary, ...content];
  return [`(folded: ${summary === '' ? 'details' : summary})`, ...content, '(end of the folded part)'];
}

function printFootnotes(section: Element, context: Context): string[] {
  const lists = section.children.filter((node) => node.type === 'element' && node.tagName === 'ol');
  return lists.flatMap((list) =>
    'children' in list
      ? seen(list.children, context).map((item) => {
          const name = item.type === 'element' ? footnoteName(item.properties.id) : '';
          const text = 'children' in item ? printBlocks(item.children, context).join('\n\n') : '';
          return prefixLines(text, `[^${name}]: `, '    ');
        })
      : [],
  );
}

const footnoteName = (value: unknown) =>
  String(value ?? '')
    .replace(/^#?(user-content-)?fn-/, '')
    .replace(/[^A-Za-z0-9_-]/g, '')
    .slice(0, 20) || 'note';

function printTable(table: Element, context: Context): string {
  const rows = rowsOf(table, context).filter((row) => row.length > 0);
  const width = Math.max(0, ...rows.map((row) => row.length));
  const print = (cells: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, index) => cells[index] ?? '').join(' | ')} |`;
  const [head = [], ...body] = rows.map((row) =>
    row.map((cell) =>
      printBlocks([cell], context)
        .join(' ')
        .replaceAll('\n', ' ')
        .replace(/(?<!\\)\|/g, '\\|'),
    ),
  );
  return width === 0 ? '' : [print(head), print(Array(width).fill('---')), ...body.map(print)].join('\n');
}

function rowsOf(node: Element, context: Context): Node[][] {
  return seen(node.children, context).flatMap((child) => {
    if (child.type !== 'element') return [];
    if (child.tagName !== 'tr') return rowsOf(child, context);
    return [
      seen(child.children, context).flatMap((cell) =>
        cell.type === 'element' ? [{ ...cell, tagName: 'td' }] : [],
      ),
    ];
  });
}

function printInline(nodes: readonly Node[], context: Context): string {
  return seen(nodes, context)
    .map((node) => (node.type === 'text' ? escapeText(node.value, context) : printElement(node, context)))
    .join('');
}

function printElement(node: Node, context: Context): string {
  if (node.type !== 'element') return '';
  const { tagName, children, properties } = node;
  if (tagName === 'br') return '\n';
  if (tagName === 'img') return printImage(node, context);
  if (tagName === 'input') return properties.type === 'checkbox' ? checkbox(node) : '';
  if (tagName === 'code' || tagName === 'tt' || tagName === 'samp')
    return inlineCode(seenText(node, context));
  if (Object.hasOwn(properties, 'dataFootnoteBackref')) return '';
  if (Object.hasOwn(properties, 'dataFootnoteRef')) return `[^${footnoteName(properties.href)}]`;
  if (tagName === 'a') return printLink(node, context);
  const mark = tagName === 'del' ? '~~' : writtenMark(properties.dataWritten);
  const text = printInline(children, context);
  return text === '' ? '' : `${mark}${text}${mark}`;
}

const writtenMark = (value: unknown) => (/^([*_])\1?$/.test(String(value)) ? String(value) : '');
const checkbox = ({ properties }: Element) => (Object.hasOwn(properties, 'checked') ? '[x]' : '[ ]');

function inlineCode(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = '`'.repeat(longest + 1);
  const space = /^`|`$/.test(line) ? ' ' : '';
  return `${mark}${space}${line}${space}${mark}`;
}

/** Shown in brackets: the description is what a person sees only when the image is missing. */
function printImage({ properties }: Element, context: Context): string {
  const description = String(properties.alt ?? '')
    .replace(/[^\p{L}\p{N}\p{Zs}.,_-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 100);
  context.leftOut.images.push({ url: String(properties.src ?? ''), description });
  return description === '' ? '[image]' : `[image: ${escapeText(description, context)}]`;
}

function printLink({ properties, children }: Element, context: Context): string {
  const text = printInline(children, context);
  const url = safeUrl(String(properties.href ?? ''));
  if (text.trim() === '') {
    if (properties.href !== undefined) context.leftOut.emptyLinks++;
    return '';
  }
  const plain = children.map((child) => (child.type === 'text' ? child.value : '')).join('');
  if (url === '' || text.includes('](')) return text;
  if ([plain, `http://${plain}`, `mailto:${plain}`].includes(url)) return plain;
  return `[${text.replace(/\n+/g, ' ')}](${url})`;
}

/** Addresses of the web and paths within the repository; the rest, such as `javascript:`, is not shown. */
function safeUrl(url: string): string {
  const known = /^(https?:\/\/|mailto:)/i.test(url) || !/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(url);
  if (!known || url.length > 500) return '';
  return url
    .trim()
    .toWellFormed()
    .replace(/[^\w\-.~:/?#@!$'*+,;=%&]/gu, (character) => encodeURIComponent(character))
    .replace(/[()]/g, (character) => (character === '(' ? '%28' : '%29'));
}

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

function escapeText(text: string, { leftOut }: Context): string {
  const shown = text.replace(/<!--[\s\S]*?(?:-->|$)/g, () => {
    leftOut.comments++; // written with entities: no person reads it as a part of the text
    return '';
  });
  return shown.replace(special, '\\$&');
}

/** A line of text that would begin a heading, a quote, a list, a table, a fence or a rule. */
function escapeLineStart(line: string): string {
  return line
    .replace(/^(?=#{1,6}(\s|$)|>|[-+*](\s|$)|=+$|-+$|[*_](\s*[*_]){2,}$|~~~|\|)/, '\\')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}
