import type { Element, ElementContent, Root, RootContent } from 'hast';
import type { WrittenImage } from '../core/issue-image.ts';

/** What was left out, by how often. */
export interface LeftOut {
  comments: number;
  hidden: number;
  emptyLinks: number;
  /** In the order of the text. */
  images: WrittenImage[];
}

export type Node = Root | RootContent | ElementContent;

/** What is printed within. */
export interface Context {
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
export function seen(nodes: readonly Node[], { leftOut }: Context): Node[] {
  return nodes.filter((node) => {
    if (node.type === 'comment') leftOut.comments++;
    const hidden = node.type === 'element' && isHidden(node);
    if (hidden && !['source', 'track'].includes(node.tagName)) leftOut.hidden++;
    return !hidden && (node.type === 'text' || node.type === 'element');
  });
}

/** Whether a node is a block, or holds one. */
export const isBlock = (node: Node): boolean =>
  node.type === 'element' && (blocks.has(node.tagName) || node.children.some(isBlock));

/** The text of code. */
export function seenText(node: Node, context: Context): string {
  if (node.type === 'text') return node.value;
  if (node.type !== 'element') return '';
  if (node.tagName === 'br') return '\n';
  return seen(node.children, context)
    .map((child) => seenText(child, context))
    .join('');
}
