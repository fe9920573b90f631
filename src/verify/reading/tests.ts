import { type Assertion, findAssertions } from './assertions.ts';
import { type Block, javascriptBlocks, pythonBlocks, pythonFunctions } from './blocks.ts';
import { type Language, type Masked, maskCode } from './mask.ts';
import { wordsOf } from './words.ts';

/** A test as its source has it; the last one of a file, without a title, is all that is in no test. */
export interface SourceTest {
  path: string;
  title: string | null;
  /** The block that switches it off, itself or one around it: `it.skip` of "adds". */
  off: Switch | null;
  /** How often it skips itself while it runs. */
  skipsItself: number;
  assertions: Assertion[];
  /** Its source without comments, and the words of that. */
  code: string;
  words: string[];
}

export interface Switch {
  how: string;
  title: string;
}

export interface SourceTests {
  tests: SourceTest[];
  suites: { on: Switch[]; off: Switch[] };
  /** The blocks beside which no other test runs. */
  focused: Switch[];
}

/** Reads the tests of a source file, with what each asserts. `helpers` are functions that assert for their callers. */
export function readTests(path: string, text: string, helpers: ReadonlySet<string>): SourceTests {
  const language = languageOf(path);
  const masked = maskCode(text, language);
  const assertions = findAssertions(masked, language, helpers);
  const candidates = [...(language === 'python' ? pythonBlocks(masked) : javascriptBlocks(masked))];
  const blocks = candidates.filter((block) => block.isKnown || isTest(block, candidates, assertions));
  const inner = new Map<Block | null, Assertion[]>();
  for (const assertion of assertions) {
    const block =
      blocks.findLast((one) => !one.isSuite && one.from <= assertion.at && assertion.at < one.to) ?? null;
    inner.set(block, [...(inner.get(block) ?? []), assertion]);
  }
  const testBlocks = blocks.filter((block) => !block.isSuite);
  const tests = testBlocks.map((block): SourceTest => {
    const around = blocks.find((one) => one.off && one.from <= block.from && block.to <= one.to);
    const source = masked.code.slice(block.from, block.to);
    return {
      path,
      title: block.title,
      off: around === undefined ? null : { how: around.how, title: around.title },
      skipsItself: [...masked.bare.slice(block.from, block.to).matchAll(skipping)].length,
      assertions: inner.get(block) ?? [],
      code: source,
      words: wordsOf(source),
    };
  });
  const rest = outside(masked.code, testBlocks);
  const others: SourceTest = {
    path,
    title: null,
    off: null,
    skipsItself: 0,
    assertions: inner.get(null) ?? [],
    code: rest,
    words: wordsOf(rest),
  };
  const switches = ({ how, title }: Block) => ({ how, title });
  return {
    tests: [...tests, others],
    suites: {
      on: blocks.filter((block) => block.isSuite && !block.off).map(switches),
      off: blocks.filter((block) => block.isSuite && block.off).map(switches),
    },
    focused: blocks.filter((block) => block.focused).map(switches),
  };
}

/** Whether a call of a function that nothing is known of defines a test: it asserts, and is within none. */
function isTest(block: Block, blocks: readonly Block[], assertions: readonly Assertion[]): boolean {
  return (
    assertions.some(({ at }) => block.from < at && at < block.to) &&
    !blocks.some((one) => one !== block && !one.isSuite && one.from <= block.from && block.to <= one.to)
  );
}

const skipping = /\b(?:this|t|ctx|context|pytest|[a-z]t)\.(?:skip|todo)\(|\bself\.skipTest\(/g;

function languageOf(path: string): Language {
  return path.endsWith('.py') ? 'python' : 'javascript';
}

/** The functions of a source that assert and are no tests: a call of one is an assertion. */
export function findHelpers(path: string, text: string): string[] {
  const language = languageOf(path);
  const masked = maskCode(text, language);
  const assertions = findAssertions(masked, language);
  if (language === 'python') {
    return [...pythonFunctions(masked)]
      .filter(({ name, keyword }) => keyword === 'def' && !name.startsWith('test'))
      .filter(({ from, to }) => assertions.some(({ at }) => from < at && at < to))
      .map(({ name }) => name);
  }
  const helpers: string[] = [];
  const functions =
    /\bfunction\s*\*?\s*([A-Za-z_$][\w$]*)\s*(?=\()|\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:async\s*)?(?=(?:function\b[^(]*)?\(|[\w$]+\s*=>)/g;
  for (const match of masked.bare.matchAll(functions)) {
    const [from, to] = extentOfFunction(masked, match.index + match[0].length);
    if (assertions.some(({ at }) => from < at && at < to)) helpers.push((match[1] ?? match[2]) as string);
  }
  return helpers;
}

/** From a function's parameters to the end of its body; nothing when it turns out to be none. */
function extentOfFunction({ bare, pairs }: Masked, from: number): [number, number] {
  const open = from + (/^function\b[^(]*/.exec(bare.slice(from, from + 100))?.[0].length ?? 0);
  const isDeclared =
    open > from || /function\s*\*?\s*[\w$]+\s*$/.test(bare.slice(Math.max(0, from - 100), from));
  const close = bare[open] === '(' ? (pairs.get(open) ?? open) + 1 : open;
  const toBody = isDeclared ? /^[^{;]*(?=\{)/ : /^[^{;(]*?=>\s*/;
  const gap = toBody.exec(bare.slice(close, close + 300));
  if (gap === null) return [from, from];
  const body = close + gap[0].length;
  const lineEnd = bare.indexOf('\n', body);
  return [from, pairs.get(body) ?? (lineEnd < 0 ? bare.length : lineEnd)];
}

function outside(code: string, blocks: readonly Block[]): string {
  let at = 0;
  let rest = '';
  for (const { from, to } of blocks) {
    if (from > at) rest += code.slice(at, from);
    at = Math.max(at, to);
  }
  return rest + code.slice(at);
}
