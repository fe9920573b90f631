import type { SyntaxNode, Tree } from '@lezer/common';
import { parser as javascriptParser } from '@lezer/javascript';
import { parser as pythonParser } from '@lezer/python';

export type Language = 'javascript' | 'python';

/** Source code in which what is not code cannot be mistaken for it. All texts have the source's length. */
export interface Masked {
  /** Comments are blank. */
  code: string;
  /** Comments are blank, and so is what strings and regular expressions hold. */
  bare: string;
  /** Where each bracket, and each template string, that opens ends. */
  pairs: ReadonlyMap<number, number>;
  tree: Tree;
}

const parsers = {
  javascript: javascriptParser.configure({ dialect: 'ts jsx' }),
  python: pythonParser,
};

const filler = '_';

/** Tells code from comments and from what strings hold. Code that cannot be parsed is read as far as that goes. */
export function maskCode(text: string, language: Language): Masked {
  const code = text.split('');
  const bare = text.split('');
  const blank = (chars: string[], from: number, to: number, by: string) => {
    for (let at = from; at < to; at++) if (text[at] !== '\n') chars[at] = by;
  };
  const templates: [number, number][] = [];
  const tree = parsers[language].parse(text);
  tree.iterate({
    enter({ name, from, to, node }) {
      if (/Comment$/.test(name)) {
        blank(code, from, to, ' ');
        blank(bare, from, to, ' ');
      } else if (name === 'TemplateString') {
        templates.push([from, to - 1]);
        for (const part of textParts(from + 1, to - 1, node)) blank(bare, ...part, filler);
      } else if (name === 'String' || name === 'RegExp' || name === 'FormatString') {
        maskString(from, to);
        return false;
      } else if (name === 'JSXText') blank(bare, from, to, filler);
      return true;
    },
  });
  const whole = bare.join('');
  return { code: code.join(''), bare: whole, pairs: new Map([...templates, ...pairBrackets(whole)]), tree };

  /** From quote to quote. The last line of a string of several lines may stand further left than the code. */
  function maskString(from: number, to: number): void {
    const open = /^[a-z]*("""|''')/i.exec(text.slice(from, from + 6))?.[0].length;
    if (open === undefined) blank(bare, from + 1, to - 1, filler);
    else blank(bare, from + open, to, ' ');
  }
}

/** The parts of a template string between the code that it holds. */
function* textParts(from: number, to: number, node: SyntaxNode): Generator<[number, number]> {
  let at = from;
  for (const inner of node.getChildren('Interpolation')) {
    yield [at, inner.from];
    at = inner.to;
  }
  yield [at, to];
}

const closes: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Pairs brackets even where some are missing, as they are in code that does not parse. */
function* pairBrackets(bare: string): Generator<[number, number]> {
  const open: number[] = [];
  for (const match of bare.matchAll(/[()[\]{}]/g)) {
    const opener = closes[match[0]];
    if (opener === undefined) {
      open.push(match.index);
      continue;
    }
    const index = open.findLastIndex((at) => bare[at] === opener);
    if (index < 0) continue;
    yield [open[index] as number, match.index];
    open.length = index;
  }
}

/** All nodes of these kinds, outer ones first. */
export function nodesOf({ tree }: Masked, ...names: readonly string[]): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  tree.iterate({
    enter({ name, node }) {
      if (names.includes(name)) found.push(node);
    },
  });
  return found;
}
