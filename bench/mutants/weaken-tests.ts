import type { TestResult } from '../../src/core/tests.ts';
import { findAssertions } from '../../src/verify/reading/assertions.ts';
import { type Block, javascriptBlocks, pythonBlocks } from '../../src/verify/reading/blocks.ts';
import { type Language, type Masked, maskCode, nodesOf } from '../../src/verify/reading/mask.ts';

/** A file's text, and what was done to it. */
export interface Edit {
  path: string;
  text: string;
  what: string;
}

export function languageOf(path: string): Language | null {
  if (path.endsWith('.py')) return 'python';
  return /\.[cm]?[jt]sx?$/.test(path) && !path.includes('.d.ts') ? 'javascript' : null;
}

/** The file without one of its passing tests; null where none can be told for sure. */
export function deleteTest(path: string, text: string, passed: readonly TestResult[]): Edit | null {
  const found = passingTests(path, text, passed)[0];
  if (found === undefined) return null;
  const { block, language } = found;
  const [from, to] = language === 'python' ? withDecorators(text, block) : [block.from, block.to + 1];
  const filler = language === 'python' ? 'pass' : 'void 0'; // what stands around it, such as `await`, stays right
  return { path, text: text.slice(0, from) + filler + text.slice(to), what: block.title };
}

/** The file with an assertion of a passing test that compares a constant with itself; null where none can be found. */
export function loosenTest(path: string, text: string, passed: readonly TestResult[]): Edit | null {
  for (const { block, masked, language } of passingTests(path, text, passed)) {
    for (const { at, strength, negated } of findAssertions(masked, language)) {
      if (at <= block.from || at >= block.to || strength < 3 || negated) continue;
      const loose = loosen(text, masked, at);
      if (loose !== null) return { path, text: loose, what: block.title };
    }
  }
  return null;
}

interface Found {
  block: Block;
  masked: Masked;
  language: Language;
}

/** Tests of a source with a title of their own, of which the run had one, and that passed. */
function passingTests(path: string, text: string, passed: readonly TestResult[]): Found[] {
  const language = languageOf(path);
  if (language === null) return [];
  const masked = maskCode(text, language);
  const blocks = [...(language === 'python' ? pythonBlocks(masked) : javascriptBlocks(masked))];
  const tests = blocks.filter(({ isSuite, isKnown }) => !isSuite && isKnown);
  return tests
    .filter((block) => block.title.length > 3 && !block.off && isWritten(text, block))
    .filter((block) => tests.filter(({ title }) => title === block.title).length === 1)
    .filter(
      (block) => !tests.some((inner) => inner !== block && block.from < inner.from && inner.to < block.to),
    )
    .filter(({ title }) => passed.filter((test) => isNamed(test, path, title)).length === 1)
    .map((block) => ({ block, masked, language }));
}

/** Whether the title stands there as such, and is not that of a variable. */
function isWritten(text: string, { title, from, to }: Block): boolean {
  const code = text.slice(from, to);
  return (
    ["'", '"', '`'].some((quote) => code.includes(quote + title + quote)) || code.includes(`def ${title}(`)
  );
}

function isNamed({ id, file }: TestResult, path: string, title: string): boolean {
  return (
    (file === null || file === path) &&
    (id === title || / |:|›/.test(id.at(-title.length - 1) ?? '')) &&
    id.endsWith(title)
  );
}

function withDecorators(text: string, { from, to }: Block): [number, number] {
  let start = from;
  for (;;) {
    const before = /(?:^|\n)([ \t]*@[^\n]*\n[ \t]*)$/.exec(text.slice(0, start))?.[1];
    if (before === undefined) return [start, to];
    start -= before.length - (/^[ \t]*/.exec(before)?.[0].length ?? 0);
  }
}

const equality =
  /^(equals?|strictEqual|deepEqual|deepStrictEqual|is|same|strictSame|toBe|toEqual|toStrictEqual|eql|eq|assertEquals?)$/;

/** Puts constants in the place of what an assertion compares: it stays one of its kind, and holds nothing. */
function loosen(text: string, masked: Masked, at: number): string | null {
  const statement = nodesOf(masked, 'AssertStatement').find((node) => node.from === at);
  if (statement !== undefined) return `${text.slice(0, at)}assert True${text.slice(statement.to)}`;
  const calls = callsFrom(masked, at);
  const [first, second] = calls;
  if (first === undefined || !equality.test((second ?? first).name) || calls.length > 2) return null;
  if (second !== undefined && first.name !== 'expect') return null;
  const edits =
    second === undefined ? [{ ...first, by: '1, 1' }] : [first, second].map((call) => ({ ...call, by: '1' }));
  return edits.reduceRight(
    (now, { open, close, by }) => now.slice(0, open + 1) + by + now.slice(close),
    text,
  );
}

interface Call {
  /** The last of the names before the bracket. */
  name: string;
  open: number;
  close: number;
}

/** The calls of a chain such as `expect(x).to.equal(y)`; empty where it has more than names and calls. */
function callsFrom({ bare, pairs }: Masked, start: number): Call[] {
  const calls: Call[] = [];
  for (let at = start; ; ) {
    const names = /^\s*\.?\s*((?:[A-Za-z_$][\w$]*\s*\.\s*)*[A-Za-z_$][\w$]*)\(/.exec(
      bare.slice(at, at + 300),
    );
    if (names === null) return calls;
    const open = at + names[0].length - 1;
    const close = pairs.get(open);
    if (close === undefined || /\b(not|rejects|resolves)\b/.test(names[1] ?? '')) return [];
    calls.push({ name: /[\w$]+$/.exec(names[1] ?? '')?.[0] ?? '', open, close });
    at = close + 1;
    if (!/^\s*\./.test(bare.slice(at, at + 100))) return calls;
  }
}
