import type { Element, Root } from 'hast';
import { escapeLineStart, fenced } from './escape-markdown.ts';
import { knownLanguage } from './languages.ts';
import { footnoteName, printInline } from './print-inline.ts';
import { type Context, isBlock, type LeftOut, type Node, seen, seenText } from './seen-nodes.ts';

/**
 * A rendered text as Markdown again, of nothing but what a person sees. What would be read as HTML, a link or a
 * block when it is parsed again is escaped; other characters stay as they are, for names like `snake_case`.
 */
export function printVisible(root: Root, leftOut: LeftOut): string {
  return printBlocks(root.children, { leftOut }).join('\n\n');
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
