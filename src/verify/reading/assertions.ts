import { type Language, type Masked, nodesOf } from './mask.ts';
import { type Link, type Rating, rateChain, rateCondition } from './strength.ts';

export interface Assertion extends Rating {
  at: number;
  /** As it is written, on one line, without comments. */
  text: string;
  /** The same for assertions that differ in nothing but their form. */
  key: string;
}

const roots = /^(expect|assert|should)$/;
const functions =
  /^((expect|assert|should)\w*|(check|verify|ensure)[A-Z_]\w*|ok|equal|notEqual|strictEqual|deepEqual|deepStrictEqual|is|throws|rejects|doesNotThrow)$/;
const holders = /^(\w{0,2}t\d?|tap|test|a|QUnit|chai|sinon|self|pytest)$/;
const methods =
  /^(ok|true|false|truthy|falsy|is|not|same|eq|neq|equals?|like|regex|type|instance|fail|unreachable|error|ifE?rror|emits|snapshot|raises|warns|expect|is[A-Z]\w*|(assert|equal|not[A-Z]|loose|deep|strict|throws|reject|resolve|doesNot|match|include|contain|has|called)\w*)$/;
const noAssertions =
  /^(assertions|hasAssertions|extend|addSnapshotSerializer|any|anything|closeTo|(not\.)?(string|array|object)(Containing|Matching))$/;

const chains =
  /(?<![\w$.])[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*|\[['"]_+['"]\](?=\())*(?=\s*(?:\(|<[^<>();=]*>\())/g;

/** Finds the assertions of a source, in their order. `helpers` are functions that assert on behalf of their callers. */
export function findAssertions(
  masked: Masked,
  language: Language,
  helpers: ReadonlySet<string> = new Set(),
): Assertion[] {
  const { bare } = masked;
  const found: Assertion[] = [];
  for (const { 0: chain, index } of bare.matchAll(chains)) {
    const isDefinition = /\b(function|def)\s*\*?\s*$/.test(bare.slice(Math.max(0, index - 12), index));
    const names = namesOf(masked.code.slice(index, index + chain.length));
    if (!isDefinition && asserts(names, helpers)) found.push(readChain(masked, index, index));
  }
  // request(app).get('/').expect(200); value.should.equal(1)
  for (const { 0: name, index } of bare.matchAll(/\.(?:expect(?=\()|should\b)/g)) {
    const start = name === '.should' ? startOfStatement(bare, index) : index;
    found.push(readChain(masked, start, index + 1, name === '.expect' ? 1 : undefined));
  }
  if (language === 'python') found.push(...assertStatements(masked));
  return found.sort((a, b) => a.at - b.at);
}

/** The names in `a.b`, `a?.b` and `a['b']`. */
function namesOf(chain: string): string[] {
  return chain.match(/[\w$]+/g) ?? [];
}

function asserts(words: readonly string[], helpers: ReadonlySet<string>): boolean {
  const [root, last] = [words[0] as string, words.at(-1) as string];
  if (words.length === 1) return functions.test(root) || helpers.has(root);
  if (noAssertions.test(last)) return false;
  return roots.test(root) || /^assert\w/.test(last) || (holders.test(root) && methods.test(last));
}

/** Reads a chain of names and calls from `from` on; `links` ends it early. */
function readChain(masked: Masked, start: number, from: number, links = Number.POSITIVE_INFINITY): Assertion {
  const { bare, code, pairs } = masked;
  const chain: Link[] = [];
  let at = from;
  for (;;) {
    const name = /^\s*(?:\??\.\s*)?(?:([A-Za-z_$][\w$]*)|\[['"]([\w$]+)['"]\])/.exec(
      code.slice(at, at + 200),
    );
    if (name === null) break;
    const link: Link = { name: (name[1] ?? name[2]) as string, args: null };
    chain.push(link);
    at += name[0].length;
    const call = /^!?(?:\?\.)?(?:<[^();=]*?>)?\s*(?=\()/.exec(bare.slice(at, at + 200));
    const close = call === null ? undefined : pairs.get(at + call[0].length);
    if (call !== null && close !== undefined) {
      link.args = split(masked, at + call[0].length + 1, close);
      at = close + 1;
    }
    const more = /^(\s*!?\s*\??\.\s*[A-Za-z_$]|\[['"]\w+['"]\]\()/.exec(bare.slice(at, at + 400));
    if (more === null || chain.length >= links) break;
  }
  const text = oneLine(code.slice(start, at));
  return { at: start, text, key: keyOf(text), ...rateChain(chain) };
}

/** The arguments within brackets. */
export function split({ bare, code, pairs }: Masked, from: number, to: number): string[] {
  const parts: string[] = [];
  let start = from;
  for (let at = from; at <= to; at++) {
    if (at === to || bare[at] === ',') {
      const part = oneLine(code.slice(start, at));
      if (part !== '') parts.push(part);
      start = at + 1;
    }
    at = pairs.get(at) ?? at;
  }
  return parts;
}

function startOfStatement(bare: string, at: number): number {
  const line = bare.slice(0, at).search(/[^\n;{}]*$/);
  return line + (/^\s*/.exec(bare.slice(line, at))?.[0].length ?? 0);
}

function oneLine(code: string): string {
  return code.replace(/\s+/g, ' ').trim();
}

/** Leaves out who holds the method (`t` or `st`), quotes, white space and what else makes no difference. */
function keyOf(text: string): string {
  return text
    .replace(/^(await )?[\w$]+\.(?=\w+\()/, '')
    .replace(/["`]/g, "'")
    .replace(/\s+/g, '')
    .replace(/,(?=[)\]}])/g, '')
    .replace(/\(([\w$]+)\)=>/g, '$1=>');
}

/** Python's `assert x == y, message`. */
function assertStatements(masked: Masked): Assertion[] {
  return nodesOf(masked, 'AssertStatement').map((statement) => {
    const condition = statement.firstChild?.nextSibling ?? statement;
    const text = oneLine(masked.code.slice(statement.from, statement.to));
    const said = oneLine(masked.bare.slice(condition.from, condition.to));
    return { at: statement.from, text, key: keyOf(text), ...rateCondition(said) };
  });
}
