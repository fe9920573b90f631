import type { Assertion } from './reading/assertions.ts';
import { similarity, without, wordsOf } from './reading/words.ts';
import type { TestChange } from './test-changes.ts';

/** What is less like another assertion does not stand in its place. */
const leastLikeness = 0.3;

/** An assertion, and what less stands in its place; null when nothing does. */
interface Weaker {
  was: Assertion;
  became: Assertion | null;
}

/** Which of a test's former assertions have none as strong in their place. */
export function weakerAssertions(change: TestChange): Weaker[] {
  const { removed, added } = change;
  const open = new Set(removed.filter(({ strength }) => strength > 0));
  const spare = new Set(added);
  const found: Weaker[] = [];
  const candidates = [...open].flatMap((was) =>
    added.map((now) => ({ was, now, score: likeness(was, now) })),
  );
  for (const { was, now, score } of candidates.sort((a, b) => b.score - a.score)) {
    if (score < leastLikeness || !open.has(was) || !spare.has(now)) continue;
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
function isCovered(was: Assertion, { before, after, added }: TestChange): boolean {
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
