import type { PhrasingContent } from 'mdast';

/**
 * Words that make GitHub or a bot act: addresses of issues, mentions of people and teams, references to issues (`#1`,
 * `GH-1`, `o/r#1`), and a command at the start of a line. A mention needs no word before its `@`, so `me@example.org`
 * is none.
 */
const acting = new RegExp(
  [
    'https?:\\/\\/[^\\s/]+\\/[^\\s/]+\\/[^\\s/]+\\/(?:issues|pulls?|discussions)\\/\\d+[^\\s<>|)]*',
    '(?<!\\w)@\\w[\\w-]*(?:\\/[\\w.-]+)?',
    '[\\w./-]*#\\d+',
    '\\bGH-\\d+',
    '(?<=^|\\n)[ \\t]*\\/[a-z][\\w-]*',
  ].join('|'),
  'i',
);

/** Plain text as nodes that show it: what would act becomes code, where GitHub does not look. */
export function inertText(text: string): PhrasingContent[] {
  const nodes: PhrasingContent[] = [];
  let rest = withoutMarkers(text);
  for (let match = acting.exec(rest); match !== null; match = acting.exec(rest)) {
    nodes.push({ type: 'text', value: rest.slice(0, match.index) });
    nodes.push({ type: 'inlineCode', value: match[0].trim() });
    rest = rest.slice(match.index + match[0].length); // what follows begins a text of its own for GitHub
  }
  nodes.push({ type: 'text', value: rest });
  return nodes.filter((node) => !('value' in node) || node.value !== '');
}

/**
 * Code is shown as it is, but bots read the raw text of a comment line by line: a line that is a command to one
 * moves by a space, and a marker of ours is broken up.
 */
export function inertCode(code: string): string {
  return withoutMarkers(code).replace(/^(?=\/[a-z][\w-]*(?:\s|$)|@[\w-]+(?:\/[\w-]+)?[ \t]+[a-z])/gim, ' ');
}

function withoutMarkers(text: string): string {
  return text.replace(/<!--(?=\s*ai-fix)/gi, '<! --');
}

const reference = /https?:\/\/[^/]+\/([^/]+\/[^/]+)\/(?:issues|pull|pulls|discussions)\/(\d+)/i;

/** Whether a link to it, or to an address within it, would leave a trace on an issue, pull request or discussion. */
export function isReferenceUrl(url: string): boolean {
  return reference.test(url);
}
