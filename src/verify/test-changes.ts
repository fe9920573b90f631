import type { Pair } from './pair-tests.ts';
import type { Assertion } from './reading/assertions.ts';
import { without, wordsOf } from './reading/words.ts';

/** A pair with what differs between its two. */
export interface TestChange extends Pair {
  removed: Assertion[];
  added: Assertion[];
  /** The words that went, and came, with other code than assertions. */
  lost: string[];
  gained: string[];
}

/**
 * What differs between former tests and what became of them. Assertions that are in another test now are left out: they
 * speak for themselves, or came there with their code.
 */
export function findTestChanges(pairs: readonly Pair[]): TestChange[] {
  return withoutMoved(pairs.map(toTestChange));
}

function toTestChange({ before, after }: Pair): TestChange {
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

function withoutMoved(changes: readonly TestChange[]): TestChange[] {
  const taken = new Set<Assertion>();
  const gained = changes.flatMap((change) => change.gained);
  const stays = (assertion: Assertion, change: TestChange) => {
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
function wentWithCode({ lost }: TestChange, gained: readonly string[]): boolean {
  return lost.length > 2 && without(lost, gained).length <= lost.length / 2;
}

/** Whether an assertion uses nothing that its test has made. */
function speaksForItself({ text }: Assertion, { before }: TestChange): boolean {
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
