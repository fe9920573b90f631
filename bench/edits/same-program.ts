import { parser } from '@lezer/python';

/** Whether two texts say the same: empty lines and ends of lines aside, for Python also how deep equal blocks are indented, and comments. */
export function sameProgram(path: string, a: string, b: string): boolean {
  if (a === b || content(a) === content(b)) return true;
  return path.endsWith('.py') && printTree(a) === printTree(b);
}

function content(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

function printTree(text: string): string {
  const parts: string[] = [];
  parser.parse(text).iterate({
    enter(node) {
      if (node.name === 'Comment') return false;
      parts.push(node.name, '(');
      if (node.node.firstChild === null) parts.push(text.slice(node.from, node.to).replace(/\s+/g, ' '));
      return true;
    },
    leave() {
      parts.push(')');
    },
  });
  return parts.join('');
}
