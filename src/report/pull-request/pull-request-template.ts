import { toString as textOf } from 'mdast-util-to-string';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { code } from '../markdown.ts';

/** Headings under which a description belongs, in the words that templates use. */
const fitting =
  /^(description|summary|overview|what(?! (kind|type|is)\b)|(proposed |the )?changes?\b(?! (type|log))|details|motivation|why|context|about this)/i;

const live =
  /(^|[^\w`])(@[\w-]+(?:\/[\w-]+)?|(?:clos|fix|resolv)(?:e|es|ed|s)?:?\s+(?:[\w./-]*#\d+|https?:\S+))/gi;

/** A repository's template in two parts: our text goes between them. Boxes are left for people to tick. */
export function splitTemplate(template: string): { before: string; after: string } {
  const text = quiet(template.replace(/\r\n?/g, '\n'));
  const { children } = parse(text);
  const heading = children.find((node) => node.type === 'heading' && fitting.test(wordsOf(textOf(node))));
  const at = heading?.position?.end.offset ?? 0;
  return { before: text.slice(0, at).trim(), after: text.slice(at).trim() };
}

/** Examples in a template name nobody and close nothing, and no part of it is taken for ours. */
function quiet(template: string): string {
  const places: { start: number; end: number }[] = [];
  visit(parse(template), 'text', ({ position }) => {
    if (position?.start.offset === undefined || position.end.offset === undefined) return;
    places.push({ start: position.start.offset, end: position.end.offset });
  });
  let text = template;
  for (const { start, end } of places.reverse()) {
    const shown = text
      .slice(start, end)
      .replace(live, (_, lead: string, found: string) => lead + code(found));
    text = text.slice(0, start) + shown + text.slice(end);
  }
  return text.replace(/^(\s*[-*+]\s+)\[[xX]\]/gm, '$1[ ]').replaceAll('<!-- ai-fix:', '<!-- ai-fix ');
}

function parse(markdown: string) {
  return unified().use(remarkParse).use(remarkGfm).parse(markdown);
}

/** A heading without the emoji, number or sign before its words. */
function wordsOf(heading: string): string {
  return heading.replace(/^[^\p{L}]+/u, '');
}
