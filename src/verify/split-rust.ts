import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/rust';

/** The two sides of a source file of Rust, which may hold its own tests. */
export interface RustHalves {
  source: string;
  /** The items that are compiled for tests alone. */
  tests: string;
}

const testAttribute = /^#\[\s*(cfg\s*\(\s*(test|all\s*\(\s*test\b[^)]*\))\s*\)|test)\s*\]$/;

/**
 * Tells the items that are compiled for tests alone from the rest, at the top of a file: outside tests it is as if they
 * were not there. Null where the file cannot be parsed to its end: then nothing may be taken out of it.
 */
export function splitRust(text: string): RustHalves | null {
  const tree = parser.parse(text);
  if (hasError(tree)) return null;
  let [source, tests, at] = ['', '', 0];
  for (let node = tree.topNode.firstChild; node !== null; node = node.nextSibling) {
    if (!isForTests(node, text)) continue;
    source += text.slice(at, node.from);
    tests += `${text.slice(node.from, node.to)}\n\n`;
    at = node.to;
  }
  return { source: source + text.slice(at), tests };
}

/** A file of one side of one version and the other side of another. */
export function joinRust({ source }: RustHalves, { tests }: RustHalves): string {
  return `${source.trimEnd()}\n\n${tests}`;
}

function hasError(tree: Tree): boolean {
  let isFound = false;
  tree.iterate({
    enter({ type }) {
      isFound ||= type.isError;
    },
  });
  return isFound;
}

function isForTests(node: SyntaxNode, text: string): boolean {
  return node.getChildren('Attribute').some(({ from, to }) => testAttribute.test(text.slice(from, to)));
}
