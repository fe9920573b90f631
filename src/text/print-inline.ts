import type { Element } from 'hast';
import { escapeMarkdown, inlineCode, safeUrl } from './escape-markdown.ts';
import { type Context, type Node, seen, seenText } from './seen-nodes.ts';

/** What a person sees of these nodes within a line, as Markdown. */
export function printInline(nodes: readonly Node[], context: Context): string {
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

function escapeText(text: string, { leftOut }: Context): string {
  const shown = text.replace(/<!--[\s\S]*?(?:-->|$)/g, () => {
    leftOut.comments++; // written with entities: no person reads it as a part of the text
    return '';
  });
  return escapeMarkdown(shown);
}

/** A footnote by the address that refers to it. */
export const footnoteName = (value: unknown) =>
  String(value ?? '')
    .replace(/^#?(user-content-)?fn-/, '')
    .replace(/[^A-Za-z0-9_-]/g, '')
    .slice(0, 20) || 'note';
