import { isFixture } from '../text/test-paths.ts';
import type { ChangedText } from './changed-text.ts';
import { type Pair, pairTests } from './pair-tests.ts';
import type { Assertion } from './reading/assertions.ts';
import { findHelpers, readTests, type SourceTest, type SourceTests, type Switch } from './reading/tests.ts';
import { similarity, without, wordsOf } from './reading/words.ts';

export interface Weakening {
  path: string;
  kind: 'focuses' | 'skips' | 'deletes' | 'removes' | 'loosens';
  /** The test's title; null for what is in none. */
  title: string | null;
  what: string;
}

export interface TestComparison {
  weakenings: Weakening[];
  /** Former tests that hold all they held, under another title or in another file. */
  renamed: { from: TestName; to: TestName }[];
}

interface TestName {
  path: string;
  title: string;
}

const code = /\.([cm]?[jt]sx?|py)$/;
const nothing: SourceTests = { tests: [], suites: { on: [], off: [] }, focused: [] };

/**
 * What changed test files assert less than before, as far as reading them tells: tests deleted, switched off or
 * singled out, assertions that went without one as strong in their place. What moved does not count, whether within
 * a file or to another one, nor do changed values, form, or titles.
 */
export function compareTests(files: ReadonlyMap<string, ChangedText>): TestComparison {
  const sources = [...files].filter(([path]) => code.test(path) && !isFixture(path));
  const helpers = new Set(
    sources.flatMap(([path, { before, after }]) =>
      [before, after].flatMap((text) => findHelpers(path, text ?? '')),
    ),
  );
  const read = sources.map(([path, { before, after }]) => ({
    path,
    before: before === null ? nothing : readTests(path, before, helpers),
    after: after === null ? nothing : readTests(path, after, helpers),
  }));
  const pairs = pairTests(
    read.flatMap(({ before }) => before.tests),
    read.flatMap(({ after }) => after.tests),
  );
  const changes = withoutMoved(pairs.map(toChange));
  return {
    weakenings: dedupe([
      ...read.flatMap(newSwitches),
      ...pairs.flatMap(switchedOff),
      ...changes.flatMap((change) => weakened(change, changes)),
    ]),
    renamed: changes.flatMap(({ before, after, removed }) => {
      const [from, to] = [nameOf(before), nameOf(after)];
      const holdsAll = removed.length === 0 && before !== null && before.assertions.length > 0;
      return from !== null && to !== null && holdsAll ? [{ from, to }] : [];
    }),
  };
}

function nameOf(test: SourceTest | null): TestName | null {
  return test === null || test.title === null ? null : { path: test.path, title: test.title };
}

interface ReadFile {
  path: string;
  before: SourceTests;
  after: SourceTests;
}

/** Blocks that are singled out, and suites that are switched off. */
function newSwitches({ path, before, after }: ReadFile): Weakening[] {
  const focused = newIn(after.focused, before.focused).map(({ how, title }): Weakening => {
    return { path, kind: 'focuses', title, what: `runs no other test than "${title}": \`${how}\`` };
  });
  const noLongerOn = newIn(before.suites.on, after.suites.on).map(({ title }) => title);
  const off = newIn(after.suites.off, before.suites.off)
    .filter(({ title }) => noLongerOn.includes(title))
    .map(({ how, title }): Weakening => ({ path, kind: 'skips', title, what: whatSkipped(title, how) }));
  return [...focused, ...off];
}

function newIn(blocks: readonly Switch[], known: readonly Switch[]): Switch[] {
  const left = known.map(({ title }) => title);
  return blocks.filter(({ title }) => {
    const index = left.indexOf(title);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

function switchedOff({ before, after }: Pair): Weakening[] {
  if (before === null || after === null || before.off !== null) return [];
  const { path, title } = after;
  if (after.off !== null) {
    const what = whatSkipped(after.off.title, after.off.how);
    return [{ path, kind: 'skips', title: before.title, what }];
  }
  if (after.skipsItself <= before.skipsItself) return [];
  return [{ path, kind: 'skips', title: before.title, what: `lets the test "${title}" skip itself` }];
}

function whatSkipped(title: string, how: string): string {
  return `skips "${title}": \`${how}\``;
}

/** A pair with what differs between its two. */
interface Change extends Pair {
  removed: Assertion[];
  added: Assertion[];
  /** The words that went, and came, with other code than assertions. */
  lost: string[];
  gained: string[];
}

function toChange({ before, after }: Pair): Change {
  const [old, now] = [before?.assertions ?? [], after?.assertions ?? []];
  const [oldKeys, nowKeys] = [old.map(({ key }) => key), now.map(({ key }) => key)];
  const removed = pickByKey(old, without(oldKeys, nowKeys));
  const added = pickByKey(now, without(nowKeys, oldKeys));
  const wordsIn = (assertions: readonly Assertion[]) => assertions.flatMap(({ text }) => wordsOf(text));
  const [oldWords, nowWords] = [before?.words ?? [], after?.words ?? []];
  return {
    before,
    after,
    removed,
    added,
    lost: without(without(oldWords, nowWords), wordsIn(removed)),
    gained: without(without(nowWords, oldWords), wordsIn(added)),
  };
}

function pickByKey(assertions: readonly Assertion[], keys: string[]): Assertion[] {
  const left = [...keys];
  return assertions.filter(({ key }) => {
    const index = left.indexOf(key);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** Leaves out assertions that are in another test now: they speak for themselves, or came there with their code. */
function withoutMoved(changes: readonly Change[]): Change[] {
  const taken = new Set<Assertion>();
  const gained = changes.flatMap((change) => change.gained);
  const stays = (assertion: Assertion, change: Change) => {
    if (!speaksForItself(assertion, change) && !wentWithCode(change, gained)) return true;
    const others = changes.filter((other) => other !== change).flatMap(({ added }) => added);
    const same = others.find((other) => other.key === assertion.key && !taken.has(other));
    if (same !== undefined) taken.add(same);
    return same === undefined;
  };
  const staying = changes.map((change) => ({
    ...change,
    removed: change.removed.filter((assertion) => stays(assertion, change)),
  }));
  return staying.map((change) => ({ ...change, added: change.added.filter((one) => !taken.has(one)) }));
}

/** Whether more went from a test than assertions, and most of that to where something came. */
function wentWithCode({ lost }: Change, gained: readonly string[]): boolean {
  return lost.length > 2 && without(lost, gained).length <= lost.length / 2;
}

/** Whether an assertion uses nothing that its test has made. */
function speaksForItself({ text }: Assertion, { before }: Change): boolean {
  if (before === null) return false;
  const made = namesIn(before.code, before.title === null ? parameters : [...parameters, ...variables]);
  const plain = text.replace(/(['"`])(?:\\.|(?!\1).)*\1/g, '').replace(/^(await )?\w+\.(?=\w+\()/, '');
  return ![...plain.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*(?!\s*:)/g)].some(([name]) => made.has(name));
}

const parameters = [/\(([^()]*)\)\s*(?:=>|\{)|([A-Za-z_$][\w$]*)\s*=>/g, /\bdef\s+\w+\(([^)]*)\)/g];
const variables = [
  /\b(?:const|let|var|for|with)\b([^=;]+?)(?:=|\bof\b|\bin\b|;|\n)/g,
  /(?<![\w$.])([A-Za-z_$][\w$]*)\s*=(?![=>])|\bas\s+(\w+)/g,
];

function namesIn(source: string, expressions: readonly RegExp[]): Set<string> {
  const places = expressions.flatMap((expression) => [...source.matchAll(expression)]);
  return new Set(places.flatMap(([, one, two]) => (one ?? two ?? '').match(/[A-Za-z_$][\w$]*/g) ?? []));
}

function weakened(change: Change, all: readonly Change[]): Weakening[] {
  const { before, after, removed } = change;
  if (before === null) return [];
  const { path, title } = before;
  if (after === null) {
    if (before.off !== null || hasTwin(change, all)) return [];
    if (title !== null && removed.length === before.assertions.length)
      return [{ path, kind: 'deletes', title, what: `deletes the test "${title}"` }];
  }
  return weaker(change).map(({ was, became }): Weakening => {
    if (became === null)
      return { path, kind: 'removes', title, what: `removes the assertion \`${shorten(was.text)}\`` };
    const what = `loosens an assertion: \`${shorten(was.text)}\` became \`${shorten(became.text)}\``;
    return { path, kind: 'loosens', title, what };
  });
}

/** Whether the same test was there twice. */
function hasTwin({ before }: Change, all: readonly Change[]): boolean {
  const words = before?.words.join(' ');
  return all.some((other) => other.after !== null && other.before?.words.join(' ') === words);
}

interface Weaker {
  was: Assertion;
  became: Assertion | null;
}

/** Which of a test's former assertions have none as strong in their place. */
function weaker(change: Change): Weaker[] {
  const { removed, added } = change;
  const open = new Set(removed.filter(({ strength }) => strength > 0));
  const spare = new Set(added);
  const found: Weaker[] = [];
  const candidates = [...open].flatMap((was) =>
    added.map((now) => ({ was, now, score: likeness(was, now) })),
  );
  for (const { was, now, score } of candidates.sort((a, b) => b.score - a.score)) {
    if (score < 0.3 || !open.has(was) || !spare.has(now)) continue;
    open.delete(was);
    spare.delete(now);
    if (!replaces(now, was)) found.push({ was, became: now });
  }
  const takeSpare = (was: Assertion, isLike: (now: Assertion) => boolean) => {
    const instead = [...spare].find((now) => now.strength > 0 && replaces(now, was) && isLike(now));
    if (instead !== undefined) spare.delete(instead);
    return instead !== undefined;
  };
  const loosened = found.filter(({ was }) => !takeSpare(was, (now) => now.text.includes(was.subject)));
  const gone = [...open].filter((was) => !takeSpare(was, () => true) && !isCovered(was, change));
  return [...loosened, ...gone.map((was) => ({ was, became: null }))];
}

function likeness(a: Assertion, b: Assertion): number {
  const isSameSubject = a.subject !== '' && a.subject === b.subject;
  return similarity(wordsOf(a.text), wordsOf(b.text)) + (isSameSubject ? 0.5 : 0);
}

/** Whether an assertion holds at least as much as another; to demand the opposite is as much. */
function replaces(now: Assertion, was: Assertion): boolean {
  if (was.throws !== 'no' && now.throws !== 'no') {
    return was.negated !== now.negated || was.throws !== 'this' || now.throws === 'this';
  }
  return now.strength >= was.strength || isOpposite(now, was) || holdsAsPart(now, was);
}

function isOpposite(now: Assertion, was: Assertion): boolean {
  return now.matcher === was.matcher && now.negated !== was.negated && now.value === was.value;
}

/** `expect(a.b).toBe(1)` says no more than `expect(a).toMatchObject({ b: 1 })`. */
function holdsAsPart(now: Assertion, was: Assertion): boolean {
  const [value, ...more] = wordsOf(was.value ?? '');
  if (value === undefined || more.length > 0 || !/^([[{]|\w+\()/.test(now.value ?? '')) return false;
  return wordsOf(now.value ?? '').includes(value);
}

/** Whether what an assertion holds is still in its test: in a table, a larger assertion, or a helper's call. */
function isCovered(was: Assertion, { before, after, added }: Change): boolean {
  if (was.strength === 1 && added.some((now) => now.strength > 1 && now.text.includes(was.subject)))
    return true;
  const values = wordsOf(was.text.replace(/\[\d+\]/g, '')).filter((word) => /^['\d]/.test(word));
  const lost = without(before?.words ?? [], after?.words ?? []);
  return (
    values.length > 0 &&
    !values.some((word) => lost.includes(word)) &&
    added.some((now) => replaces(now, was))
  );
}

function dedupe(weakenings: readonly Weakening[]): Weakening[] {
  return [...new Map(weakenings.map((one) => [`${one.path} ${one.what}`, one])).values()];
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
