import type {
  Definition,
  InlineCode,
  Link,
  LinkReference,
  Parents,
  PhrasingContent,
  Root,
  RootContent,
} from 'mdast';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkStringify from 'remark-stringify';
import { unified } from 'unified';
import { fenced } from './escape-markdown.ts';
import { inertCode, inertText, isReferenceUrl } from './inert.ts';
import { hasManyTildes, isIntricate, withoutDeepBlocks } from './intricate.ts';
import { knownLanguage } from './languages.ts';
import { visibleText } from './visible.ts';

const markdown = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkStringify, { bullet: '-', fences: true, rule: '-' });

/**
 * Text of the model or of people for a body on GitHub, made harmless: it mentions and closes nothing, leaves no trace
 * on other issues, loads no image, holds no HTML, gives other bots no command, and cannot swallow what comes after it.
 * Code, lists, tables and links of the web stay readable. At most `limit` characters.
 */
export function neutralize(text: string, limit = 10_000): string {
  const clean = visibleText(text);
  const whole = clean.length > limit ? null : print(clean);
  if (whole !== null && whole.length <= limit) return whole;
  for (let room = limit - cutNote.length; room > 0; room = Math.floor(room * 0.8)) {
    const printed = print(clean.slice(0, room).replace(/[\ud800-\udbff]$/, ''));
    if (printed.length + cutNote.length <= limit) return `${printed}${cutNote}`;
  }
  return '';
}

const cutNote = '\n\n(shortened)';

function print(text: string): string {
  if (isIntricate(text) || hasManyTildes(text)) return fenced(inertCode(text));
  try {
    const root = markdown.parse(withoutDeepBlocks(text));
    return markdown.stringify({ ...root, children: neutralChildren(root, root) }).trim();
  } catch (error) {
    if (error instanceof RangeError) return fenced(inertCode(text)); // blocks within each other by the thousand
    throw error;
  }
}

const holdText = new Set([
  'paragraph',
  'heading',
  'tableCell',
  'emphasis',
  'strong',
  'delete',
  'link',
  'linkReference',
]);

function neutralChildren(parent: Parents, root: Root): RootContent[] {
  const inline = holdText.has(parent.type);
  const nodes = parent.children.flatMap((node) => neutralNode(node, inline, root));
  return joinNeighbours(
    joinNeighbours(nodes).flatMap((node): RootContent[] =>
      node.type === 'text' ? inertText(node.value) : [node],
    ),
  );
}

/** What stands in a node's place: nothing, itself with other content, or something plainer. */
function neutralNode(node: RootContent, inline: boolean, root: Root): RootContent[] {
  switch (node.type) {
    case 'inlineCode':
      return [{ type: 'inlineCode', value: inertCode(node.value) }];
    case 'code':
      return [{ type: 'code', lang: knownLanguage(node.lang) || null, value: inertCode(node.value) }];
    case 'html':
      return neutralHtml(node.value, inline);
    case 'image':
    case 'imageReference':
      return [{ type: 'text', value: node.alt || 'image' }];
    case 'link':
      return neutralLink(node.url, node, root);
    case 'linkReference':
      return neutralLink(urlOf(node.identifier, root), node, root);
    case 'definition':
      return [];
    case 'footnoteReference':
      return [{ type: 'text', value: `[${node.identifier}]` }];
    case 'footnoteDefinition':
      return neutralChildren(node, root);
    default:
      return ['children' in node ? withChildren(node, neutralChildren(node, root)) : node];
  }
}

/** Sound because what stands in a node's place fits where the node was. */
function withChildren<Node extends Parents>(node: Node, children: RootContent[]): Node {
  return { ...node, children } as Node;
}

/** Shown as code; of comments nothing stays. */
function neutralHtml(value: string, inline: boolean): RootContent[] {
  const shown = inertCode(value.replace(/<!--[\s\S]*?(?:-->|$)/g, '').trim());
  if (shown === '') return [];
  return [inline ? { type: 'inlineCode', value: shown } : { type: 'code', lang: 'html', value: shown }];
}

/** Links of the web stay. A link to an issue would be announced there: its address becomes code. */
function neutralLink(url: string, node: Link | LinkReference, root: Root): RootContent[] {
  const children = neutralChildren(node, root);
  if (!/^https?:\/\//i.test(url)) return children;
  const says = node.children.length === 1 && node.children[0]?.type === 'text' ? node.children[0].value : '';
  if (isReferenceUrl(url)) {
    const address: InlineCode = { type: 'inlineCode', value: url };
    return says === url ? [address] : [...children, { type: 'text', value: ' ' }, address];
  }
  return [
    { type: 'link', url, children: says === url ? [{ type: 'text', value: url }] : phrasing(children) },
  ];
}

function phrasing(nodes: readonly RootContent[]): PhrasingContent[] {
  return nodes as PhrasingContent[]; // children of a link were phrasing, and are replaced by phrasing
}

function urlOf(identifier: string, root: Root): string {
  const found = definitionsOf(root).find((definition) => definition.identifier === identifier);
  return found?.url ?? '';
}

function definitionsOf(parent: Parents): Definition[] {
  return parent.children.flatMap((node) => {
    if (node.type === 'definition') return [node];
    return 'children' in node ? definitionsOf(node) : [];
  });
}

/** Neighbouring texts are one text for GitHub, and neighbouring code would run together. */
function joinNeighbours(nodes: readonly RootContent[]): RootContent[] {
  const joined: RootContent[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (last?.type === 'text' && node.type === 'text') {
      joined[joined.length - 1] = { type: 'text', value: last.value + node.value };
    } else if (last?.type === 'inlineCode' && node.type === 'inlineCode') {
      joined[joined.length - 1] = { type: 'inlineCode', value: last.value + node.value };
    } else joined.push(node);
  }
  return joined;
}
