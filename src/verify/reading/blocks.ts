import type { SyntaxNode } from '@lezer/common';
import { split } from './assertions.ts';
import { type Masked, nodesOf } from './mask.ts';

/** A call or definition that makes a test or a suite. */
export interface Block {
  title: string;
  /** Whether its name alone tells that it is a test or a suite. */
  isKnown: boolean;
  isSuite: boolean;
  how: string;
  off: boolean;
  focused: boolean;
  from: number;
  to: number;
}

const suiteWords = /^[xf]?(describe|context|suite)$|^ddescribe$/;
const testWords = /^[xf]?(it|test|specify)$|^iit$/;
const modifiers =
  /^(skip|only|todo|failing|fails|concurrent|sequential|serial|each|for|skipIf|runIf|if|macro|cb|extend|shuffle|parallel)$/;
const calls = /(?<![\w$.])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*(?=\s*[(`])/g;

/** Calls that define tests and suites, outer ones first. */
export function* javascriptBlocks(masked: Masked): Generator<Block> {
  const { bare, pairs } = masked;
  for (const { 0: chain, index } of bare.matchAll(calls)) {
    const words = chain.split('.');
    const name = words.filter((word) => !modifiers.test(word));
    const last = name.at(-1) ?? '';
    const isSuite = suiteWords.test(last);
    const isKnown = isSuite || (testWords.test(last) && (name.length === 1 || !/^x|^f/.test(last)));
    let open = index + chain.length + (/^\s*/.exec(bare.slice(index + chain.length))?.[0].length ?? 0);
    let close = pairs.get(open);
    // it.each(table)('title', ...)
    for (let next = nextCall(bare, close); next !== null && words.length > 1; next = nextCall(bare, close)) {
      open = next;
      close = pairs.get(open);
    }
    if (close === undefined || bare[open] !== '(') continue;
    const args = split(masked, open + 1, close);
    const title = titleOf(args, isKnown);
    if (title === null) continue;
    const options = args.slice(1, -1).join(' ');
    yield {
      title,
      isKnown,
      isSuite,
      how: chain,
      off:
        words.some((word) => /^(skip|todo|failing|fails)$/.test(word)) ||
        /^x(it|test|specify|describe|context)$/.test(last) ||
        /\b(skip|todo)\s*:\s*(true|['"`])/.test(options),
      focused:
        words.includes('only') ||
        /^(fit|fdescribe|fcontext|ftest|iit|ddescribe)$/.test(last) ||
        /\bonly\s*:\s*true/.test(options),
      from: index,
      to: close,
    };
  }
}

function nextCall(bare: string, close: number | undefined): number | null {
  if (close === undefined) return null;
  const gap = /^\s*(?=\()/.exec(bare.slice(close + 1, close + 50));
  return gap === null ? null : close + 1 + gap[0].length;
}

/** The first argument, when these are a test's: a title, and as a rule a function. */
function titleOf(args: readonly string[], isKnown: boolean): string | null {
  const [first = ''] = args;
  const isText = /^(['"`]).*\1$/s.test(first);
  const takesFunction = args.slice(1).some((arg) => /=>|\bfunction\b/.test(arg));
  if (isKnown && /^(async\b|function\b|\(|[\w$]+\s*=>)/.test(first)) return '';
  if (isText && (isKnown || takesFunction)) return first.slice(1, -1);
  return isKnown && takesFunction && !first.startsWith('{') ? first : null;
}

/** Functions and classes that are tests by their names. */
export function* pythonBlocks(masked: Masked): Generator<Block> {
  for (const { name, keyword, decorators, from, to } of pythonFunctions(masked)) {
    const isSuite = keyword === 'class';
    if (!isSuite && !name.startsWith('test')) continue;
    const off = decorators.find((decorator) => /\b(skip|xfail|expectedFailure)\b/.test(decorator));
    yield {
      title: name,
      isKnown: true,
      isSuite,
      how: off ?? '',
      off: off !== undefined,
      focused: false,
      from,
      to,
    };
  }
}

interface PythonFunction {
  name: string;
  keyword: string;
  decorators: string[];
  from: number;
  to: number;
}

/** All functions and classes of a source, with their decorators. */
export function pythonFunctions(masked: Masked): PythonFunction[] {
  const textOf = (node: SyntaxNode | null) => masked.code.slice(node?.from ?? 0, node?.to ?? 0).trim();
  return nodesOf(masked, 'FunctionDefinition', 'ClassDefinition').map((node) => ({
    name: textOf(node.getChild('VariableName')),
    keyword: node.name === 'ClassDefinition' ? 'class' : 'def',
    decorators: node.parent?.getChildren('Decorator').map(textOf) ?? [],
    from: node.from,
    to: node.to,
  }));
}
